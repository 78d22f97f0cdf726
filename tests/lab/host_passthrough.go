// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/fault"
)

// passthruSystem is the HostPciPassthruSystem of a host. Its methods are overrides.
type passthruSystem struct {
	mo.HostPciPassthruSystem

	host types.ManagedObjectReference
}

func putPassthruSystem(ctx *simulator.Context, host types.ManagedObjectReference) *types.ManagedObjectReference {
	system := &passthruSystem{host: host}
	system.Self = types.ManagedObjectReference{Type: "HostPciPassthruSystem", Value: "pciPassthruSystem-" + host.Value}
	ctx.Map.Put(system)
	return &system.Self
}

func (l *Lab) overridePassthru() {
	l.override("UpdatePassthruConfig", l.updatePassthruConfig)
	l.override("Refresh", l.refreshPassthru)
	l.override("RescanAllHba", l.rescan)
}

// updatePassthruConfig answers HostPciPassthruSystem.UpdatePassthruConfig: it has no task and returns nothing. All
// items are judged before the first is done.
func (l *Lab) updatePassthruConfig(c *Call) soap.HasFault {
	system, err := get[*passthruSystem](c.Ctx, c.This)
	if err != nil {
		return c.fault(err)
	}
	h, err := l.hostOf(system.host)
	if err != nil {
		return c.fault(err)
	}
	if err := l.reachable(c.Ctx, h.ref); err != nil {
		return c.fault(err)
	}
	inUse := l.devicesOfRunningVMs(c.Ctx, h.ref)
	if err := l.togglePassthru(h, c.Body.(*types.UpdatePassthruConfig).Config, inUse); err != nil {
		return c.fault(err)
	}
	l.publish(c.Ctx, h)
	return &methods.UpdatePassthruConfigBody{Res: &types.UpdatePassthruConfigResponse{}}
}

// refreshPassthru answers Refresh of the passthrough system; other types of object have a method of that name too.
func (l *Lab) refreshPassthru(c *Call) soap.HasFault {
	system, err := get[*passthruSystem](c.Ctx, c.This)
	if err != nil {
		return c.native()
	}
	h, err := l.hostOf(system.host)
	if err != nil {
		return c.fault(err)
	}
	l.publish(c.Ctx, h)
	return &methods.RefreshBody{Res: &types.RefreshResponse{}}
}

func (l *Lab) togglePassthru(h *hostState, items []types.BaseHostPciPassthruConfig, inUse map[string]string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, item := range items {
		if err := l.mayToggle(h, item.GetHostPciPassthruConfig(), inUse); err != nil {
			return err
		}
	}
	for _, item := range items {
		want := item.GetHostPciPassthruConfig()
		device := h.device(want.Id)
		if want.HardwareLabel != "" {
			device.label = want.HardwareLabel
		}
		// Without rebind a new owner is known at the next boot only, whatever applyNow says.
		now := h.cfg.RebindWithoutReboot && (want.ApplyNow == nil || *want.ApplyNow)
		group := h.group(device)
		for _, d := range group {
			now = now && d.loser(want.PassthruEnabled, inUse) == "" // who uses it keeps it until the reboot
		}
		for _, d := range group {
			d.enabled = want.PassthruEnabled
			if now {
				d.active = d.enabled
			}
		}
	}
	return nil
}

// mayToggle judges one item with the whole group of its device. That a device in use is refused, and how, is not
// published: it is a setting, and HostConfigFault is a guess. Lab.mu must be held.
func (l *Lab) mayToggle(h *hostState, want *types.HostPciPassthruConfig, inUse map[string]string) error {
	device := h.device(want.Id)
	if device == nil {
		return fault.New(&types.HostConfigFault{}, "Unable to configure the PCI device: there is no PCI device %s on the host.",
			want.Id)
	}
	if !device.capable {
		return fault.New(&types.HostConfigFault{}, "Unable to configure the PCI device %s: it is not capable of passthrough.",
			want.Id)
	}
	if l.cfg.Settings.PassthroughInUse == config.InUsePending {
		return nil
	}
	for _, d := range h.group(device) {
		if d.enabled == want.PassthruEnabled {
			continue // nothing changes for it
		}
		if user := d.loser(want.PassthruEnabled, inUse); user != "" {
			return fault.New(&types.HostConfigFault{}, "Unable to configure the PCI device %s: device %s is in use by %s.",
				want.Id, d.address, user)
		}
	}
	return nil
}

// loser is who loses a device when its passthrough comes into force, or ends. vms are the running VMs by address.
func (d *pciDevice) loser(enable bool, vms map[string]string) string {
	switch vm := vms[d.address]; {
	case d.active == enable:
		return ""
	case enable && d.use.byHost():
		return "the host"
	case vm != "":
		return "virtual machine " + vm
	}
	return ""
}

// devicesOfRunningVMs maps the addresses of passthrough devices that powered-on VMs of a host use to the VM's name.
func (l *Lab) devicesOfRunningVMs(ctx *simulator.Context, host types.ManagedObjectReference) map[string]string {
	inUse := map[string]string{}
	for _, vm := range l.vmsOf(ctx, host) {
		l.locked(ctx, vm, func() {
			if vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOff {
				return
			}
			for _, device := range vm.Config.Hardware.Device {
				backing, ok := device.GetVirtualDevice().Backing.(*types.VirtualPCIPassthroughDeviceBackingInfo)
				if ok {
					inUse[backing.Id] = vm.Name
				}
			}
		})
	}
	return inUse
}

// vmsOf lists the VMs of a host.
func (l *Lab) vmsOf(ctx *simulator.Context, host types.ManagedObjectReference) []*simulator.VirtualMachine {
	h, err := get[*simulator.HostSystem](ctx, host)
	if err != nil {
		return nil
	}
	var refs []types.ManagedObjectReference
	l.locked(ctx, h, func() { refs = append(refs, h.Vm...) })
	var vms []*simulator.VirtualMachine
	for _, ref := range refs {
		if vm, err := get[*simulator.VirtualMachine](ctx, ref); err == nil {
			vms = append(vms, vm)
		}
	}
	return vms
}
