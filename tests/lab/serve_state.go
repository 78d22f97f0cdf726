// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/rules"
)

// State is the JSON of `lab state`: the truth that a test compares its findings with.
type State struct {
	Hosts []HostView `json:"hosts"`
	VMs   []VMView   `json:"vms"`
}

// HostView is one host in State.
type HostView struct {
	Name            string                 `json:"name"`
	MoID            string                 `json:"moid"`
	Datacenter      string                 `json:"datacenter"`
	Version         string                 `json:"version"`
	ConnectionState string                 `json:"connection_state"`
	InMaintenance   bool                   `json:"in_maintenance_mode"`
	BootTime        *time.Time             `json:"boot_time"`
	Devices         []DeviceView           `json:"devices"`
	Settings        map[string]SettingView `json:"settings"`
}

// DeviceView is one PCI device of a host.
type DeviceView struct {
	Address      string `json:"address"`
	VendorDevice string `json:"vendor_device"`
	Name         string `json:"name"`
	ClassID      string `json:"class_id"`
	Serial       string `json:"serial"`
	Slot         int    `json:"slot"`
	// CapacityBytes is 0 for what is no drive.
	CapacityBytes int64  `json:"capacity_bytes"`
	Use           string `json:"use"`
	Dependent     string `json:"dependent_device"`
	Capable       bool   `json:"passthrough_capable"`
	Enabled       bool   `json:"passthrough_enabled"`
	Active        bool   `json:"passthrough_active"`
	// LED: the locator LED of its bay is on.
	LED bool `json:"led"`
}

// SettingView is one kernel setting of a host.
type SettingView struct {
	Configured string `json:"configured"`
	Runtime    string `json:"runtime"`
	Default    string `json:"default"`
}

// VMView is one VM in State.
type VMView struct {
	Name   string     `json:"name"`
	MoID   string     `json:"moid"`
	Host   string     `json:"host"`
	Power  string     `json:"power"`
	Config VMBits     `json:"config"`
	PCI    []PCIEntry `json:"pci_devices"`
	// Residue lists the extraConfig of failed hot-adds, e.g. pciPassthru26.present = FALSE.
	Residue map[string]string `json:"residue"`
	// Guest is absent for a VM without one.
	Guest *GuestView `json:"guest,omitempty"`
}

// VMBits are the settings of a VM that hot plug depends on.
type VMBits struct {
	Firmware            string `json:"firmware"`
	Layout              string `json:"layout"`
	HWVersion           string `json:"hw_version"`
	MemoryMB            int32  `json:"memory_mb"`
	MemoryReservationMB int64  `json:"memory_reservation_mb"`
	MemLocked           bool   `json:"mem_locked"`
	FptHotplug          bool   `json:"fpt_hotplug"`
	CPUHotAdd           bool   `json:"cpu_hot_add"`
	CPUHotRemove        bool   `json:"cpu_hot_remove"`
	MemoryHotAdd        bool   `json:"memory_hot_add"`
	IOMMU               bool   `json:"iommu"`
	NestedHV            bool   `json:"nested_hv"`
	NumCPU              int32  `json:"num_cpu"`
}

// PCIEntry is one passthrough device of a VM.
type PCIEntry struct {
	Key           int32  `json:"key"`
	Label         string `json:"label"`
	Address       string `json:"address"`
	UnitNumber    *int32 `json:"unit_number"`
	PCISlotNumber *int32 `json:"pci_slot_number"`
}

func (l *Lab) state() (*State, error) {
	ctx := l.context()
	s := &State{Hosts: []HostView{}, VMs: []VMView{}}
	for _, h := range l.hostStates() {
		host, err := get[*simulator.HostSystem](ctx, h.ref)
		if err != nil {
			return nil, err
		}
		var view HostView
		l.locked(ctx, host, func() { view = viewHost(host, h) })
		l.viewDevices(h, &view)
		s.Hosts = append(s.Hosts, view)
	}
	for _, e := range ctx.Map.All("VirtualMachine") {
		vm := e.(*simulator.VirtualMachine)
		host := l.nameOf(ctx, *vm.Runtime.Host)
		var view VMView
		l.locked(ctx, vm, func() { view = viewVM(vm, host) })
		if guest := l.guests[vm.Self]; guest != nil {
			view.Guest = guest.view()
		}
		s.VMs = append(s.VMs, view)
	}
	slices.SortFunc(s.VMs, func(a, b VMView) int { return cmp.Compare(a.Name, b.Name) })
	return s, nil
}

func viewHost(host *simulator.HostSystem, h *hostState) HostView {
	return HostView{
		Name:            host.Name,
		MoID:            host.Self.Value,
		Datacenter:      h.cfg.Datacenter,
		Version:         host.Config.Product.Version,
		ConnectionState: string(host.Runtime.ConnectionState),
		InMaintenance:   host.Runtime.InMaintenanceMode,
		BootTime:        host.Runtime.BootTime,
	}
}

func (l *Lab) viewDevices(h *hostState, view *HostView) {
	l.mu.Lock()
	defer l.mu.Unlock()
	view.Devices, view.Settings = []DeviceView{}, map[string]SettingView{}
	for _, d := range h.devices {
		view.Devices = append(view.Devices, DeviceView{
			Address: d.address, VendorDevice: d.kind.id(), Name: d.kind.name,
			ClassID: fmt.Sprintf("%04x", d.kind.class), Serial: d.serial, Slot: d.slot, CapacityBytes: d.blocks * diskBlock, Use: string(d.use),
			Dependent: d.dependent, Capable: d.capable, Enabled: d.enabled, Active: d.active, LED: d.lit,
		})
	}
	for _, s := range h.kernel {
		view.Settings[s.name] = SettingView{s.configured, s.runtime, s.byDefault}
	}
}

func viewVM(vm *simulator.VirtualMachine, host string) VMView {
	c := vm.Config
	v := VMView{
		Name: vm.Name, MoID: vm.Self.Value, Host: host, Power: string(vm.Runtime.PowerState),
		Config: VMBits{
			Firmware: c.Firmware, Layout: c.Hardware.MotherboardLayout, HWVersion: c.Version,
			MemoryMB: c.Hardware.MemoryMB, MemLocked: rules.IsTrue(c.MemoryReservationLockedToMax),
			FptHotplug: rules.IsTrue(c.FixedPassthruHotPlugEnabled), CPUHotAdd: rules.IsTrue(c.CpuHotAddEnabled),
			CPUHotRemove: rules.IsTrue(c.CpuHotRemoveEnabled), MemoryHotAdd: rules.IsTrue(c.MemoryHotAddEnabled),
			IOMMU: rules.IsTrue(c.Flags.VvtdEnabled), NestedHV: rules.IsTrue(c.NestedHVEnabled), NumCPU: c.Hardware.NumCPU,
		},
		PCI:     []PCIEntry{},
		Residue: map[string]string{},
	}
	if m := c.MemoryAllocation; m != nil && m.Reservation != nil {
		v.Config.MemoryReservationMB = *m.Reservation
	}
	for _, device := range c.Hardware.Device {
		d, ok := device.(*types.VirtualPCIPassthrough)
		if !ok {
			continue
		}
		entry := PCIEntry{Key: d.Key, UnitNumber: d.UnitNumber}
		if d.DeviceInfo != nil {
			entry.Label = d.DeviceInfo.GetDescription().Label
		}
		if backing, ok := d.Backing.(*types.VirtualPCIPassthroughDeviceBackingInfo); ok {
			entry.Address = backing.Id
		}
		if slot, ok := d.SlotInfo.(*types.VirtualDevicePciBusSlotInfo); ok {
			entry.PCISlotNumber = &slot.PciSlotNumber
		}
		v.PCI = append(v.PCI, entry)
	}
	for _, o := range c.ExtraConfig {
		if option := o.GetOptionValue(); strings.HasPrefix(option.Key, "pciPassthru") {
			v.Residue[option.Key], _ = option.Value.(string)
		}
	}
	return v
}
