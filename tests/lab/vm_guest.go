// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/pci"
	"directpath.nvme/lab/qemu"
	"directpath.nvme/lab/rules"
)

// buildGuest gives a VM of the configuration its guest. It boots when the lab is complete, see startGuests.
func (m *machines) buildGuest(ctx *simulator.Context, vm *simulator.VirtualMachine, cfg config.VM) error {
	if cfg.Guest == nil {
		return nil
	}
	setTools(ctx, vm, false)
	ref := vm.Self
	guest, err := newLinuxGuest(*cfg.Guest, vm.Config.Uuid, filepath.Join(m.dir, "guests", ref.Value),
		seconds(*m.cfg.Settings.GuestTimeoutSeconds), qemu.Events{
			Ready: func() { m.guestReady(ref) },
			Ended: func() { m.guestEnded(ref) },
			Lost:  func(d qemu.Drive) { m.guestLost(ref, d) },
		})
	if err == nil {
		m.guests[ref] = guest
	}
	return err
}

// startGuests boots the guests of the VMs that are powered on from the start.
func (m *machines) startGuests() error {
	m.turn.Lock()
	defer m.turn.Unlock()
	ctx := m.context()
	for ref := range m.guests {
		vm, err := get[*simulator.VirtualMachine](ctx, ref)
		if err != nil {
			return err
		}
		if vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn {
			continue
		}
		if err := m.bootGuest(ctx, vm); err != nil {
			return err
		}
	}
	return nil
}

// bootGuest boots the guest of a VM, if it has one, with the VM's devices in their slots.
func (m *machines) bootGuest(ctx *simulator.Context, vm *simulator.VirtualMachine) error {
	guest := m.guests[vm.Self]
	if guest == nil {
		return nil
	}
	var devices []*types.VirtualPCIPassthrough
	m.locked(ctx, vm, func() { devices = pci.PassthroughOf(vm.Config.Hardware.Device) })
	var drives []qemu.Drive
	for _, d := range devices {
		if drive := m.driveOf(*vm.Runtime.Host, d); drive != nil {
			drives = append(drives, *drive)
		}
	}
	if err := guest.powerOn(drives); err != nil {
		return fmt.Errorf("the guest of %s: %w", vm.Name, err)
	}
	return nil
}

// driveOf is what the guest gets for a device of a VM: nothing for one that is not fixed to a device of the host.
func (m *machines) driveOf(ref types.ManagedObjectReference, d *types.VirtualPCIPassthrough) *qemu.Drive {
	host, err := m.hostOf(ref)
	if err != nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	device := host.device(pci.BackingOf(d).Id)
	slot := slotOf(d)
	if device == nil || slot == 0 {
		return nil
	}
	return &qemu.Drive{Slot: slot, Serial: device.serial, File: m.driveFile(device.serial), Name: device.address,
		Capacity: device.blocks * diskBlock}
}

// slotOf is the PCI slot number of a device of a VM, 0 if it has none.
func slotOf(d *types.VirtualPCIPassthrough) int {
	if slot, ok := d.SlotInfo.(*types.VirtualDevicePciBusSlotInfo); ok {
		return int(slot.PciSlotNumber)
	}
	return 0
}

// plugGuest lets the guest of a running VM see a hot-add or a hot-remove, before the VM's configuration shows it.
func (m *machines) plugGuest(ctx *simulator.Context, vm *simulator.VirtualMachine, spec *types.VirtualMachineConfigSpec) error {
	guest := m.guests[vm.Self]
	if guest == nil {
		return nil
	}
	adds, removes := passthroughChanges(spec)
	var attached []*types.VirtualPCIPassthrough
	m.locked(ctx, vm, func() { attached = pci.PassthroughOf(vm.Config.Hardware.Device) })
	for _, d := range adds {
		if drive := m.driveOf(*vm.Runtime.Host, d); drive != nil {
			if err := m.guestAdd(guest, *drive); err != nil {
				return rules.HotPlugFailed(&rules.Attempt{When: rules.OnHotAdd, Attached: attached}, "")
			}
		}
	}
	for _, d := range removes {
		for _, own := range attached { // the slot is in the VM's own entry, whatever a client sends
			if own.Key != d.Key {
				continue
			}
			if err := m.guestRemove(guest, slotOf(own)); err != nil {
				return rules.HotPlugFailed(&rules.Attempt{When: rules.OnHotRemove, Removes: removes}, "")
			}
		}
	}
	return nil
}

func (m *machines) guestAdd(guest guestMachine, drive qemu.Drive) error {
	err := guest.attach(drive)
	if errors.Is(err, qemu.ErrSilent) {
		if m.cfg.Settings.GuestUnresponsiveAdd == config.UnresponsiveSucceed {
			return nil
		}
		return errors.Join(err, guest.pull(drive.Slot))
	}
	return err
}

func (m *machines) guestRemove(guest guestMachine, slot int) error {
	err := guest.detach(slot)
	if errors.Is(err, qemu.ErrSilent) && m.cfg.Settings.GuestUnresponsiveRemove == config.UnresponsiveSucceed {
		return nil
	}
	return err
}

// pullFromGuest takes a device that was pulled out of the host away from the guest of a VM that has it.
func (m *machines) pullFromGuest(ctx *simulator.Context, vm *simulator.VirtualMachine, address string) error {
	guest := m.guests[vm.Self]
	if guest == nil {
		return nil
	}
	var devices []*types.VirtualPCIPassthrough
	m.locked(ctx, vm, func() { devices = pci.PassthroughOf(vm.Config.Hardware.Device) })
	for _, d := range devices {
		if pci.BackingOf(d).Id == address {
			if err := guest.pull(slotOf(d)); err != nil {
				return fmt.Errorf("the guest of %s: %w", vm.Name, err)
			}
		}
	}
	return nil
}

// guestReady is called when a guest has booted: VMware Tools, where installed, run from then on.
func (m *machines) guestReady(ref types.ManagedObjectReference) {
	ctx := m.context()
	if vm, err := get[*simulator.VirtualMachine](ctx, ref); err == nil {
		m.locked(ctx, vm, func() { setTools(ctx, vm, true) })
	}
}

// guestEnded is called when a guest has shut down by itself: its VM is off then.
func (m *machines) guestEnded(ref types.ManagedObjectReference) {
	m.turn.Lock()
	defer m.turn.Unlock()
	ctx := m.context()
	vm, err := get[*simulator.VirtualMachine](ctx, ref)
	if err != nil || !m.guests[ref].ended() {
		return // destroyed, or powered off or on meanwhile
	}
	_ = m.powerOff(nil, &job{Ctx: ctx}, vm) // the VM is off already
}

// guestLost is called when a guest has given a drive away without being asked, or after the task that asked for it has
// failed. The VM's entry goes with it. (What vSphere does then is a guess.)
func (m *machines) guestLost(ref types.ManagedObjectReference, drive qemu.Drive) {
	m.turn.Lock()
	defer m.turn.Unlock()
	ctx := m.context()
	if vm, err := get[*simulator.VirtualMachine](ctx, ref); err == nil {
		m.locked(ctx, vm, func() { dropEntry(ctx, vm, drive.Name) })
	}
}

// guestNamed returns the guest of the VM of that name; where names repeat, of any.
func (l *Lab) guestNamed(name string) (guestMachine, error) {
	ctx := l.context()
	for ref, guest := range l.guests {
		if l.isNamed(ctx, ref, name) {
			return guest, nil
		}
	}
	return nil, fmt.Errorf("there is no VM %q with a guest", name)
}

// GuestRequest is the JSON of `lab guest`.
type GuestRequest struct {
	VM          string  `json:"vm"`
	WaitSeconds float64 `json:"wait_seconds,omitempty"`
	Freeze      bool    `json:"freeze,omitempty"`
	Thaw        bool    `json:"thaw,omitempty"`
	// Drive is the serial number of a drive that the guest has, whose health log says CriticalWarning from now on.
	Drive           string `json:"drive,omitempty"`
	CriticalWarning int    `json:"critical_warning,omitempty"`
}

// guestCommand does what a request asks for, and says how to log in to the guest.
func (l *Lab) guestCommand(request GuestRequest) (*GuestView, error) {
	guest, err := l.guestNamed(request.VM)
	if err != nil {
		return nil, err
	}
	if request.Freeze || request.Thaw {
		if err := guest.freeze(request.Freeze); err != nil {
			return nil, err
		}
	}
	if request.Drive != "" {
		if err := guest.warn(request.Drive, request.CriticalWarning); err != nil {
			return nil, err
		}
	}
	if request.WaitSeconds > 0 {
		if err := guest.waitReady(seconds(request.WaitSeconds)); err != nil {
			return nil, err
		}
	}
	return guest.view(), nil
}
