// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"reflect"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/pci"
	"directpath.nvme/lab/rules"
)

// reconfigure judges a change of a VM and then lets the simulator do it. The simulator keeps most fields; those of hot
// plug that it does not know are kept here.
func (m *machines) reconfigure(c *Call, j *job, vm *simulator.VirtualMachine) error {
	return m.change(j, vm, &c.Body.(*types.ReconfigVM_Task).Spec)
}

func (m *machines) change(j *job, vm *simulator.VirtualMachine, spec *types.VirtualMachineConfigSpec) error {
	running := false
	if err := m.judge(j.Ctx, vm, func(a *rules.Attempt) {
		running = vm.Runtime.PowerState != config.PoweredOff
		a.Spec = spec
		a.Adds, a.Removes = passthroughChanges(spec)
		a.When = reconfigureMoment(a, running)
	}); err != nil {
		return err
	}
	m.locked(j.Ctx, vm, func() {
		placeAdded(spec, vm.Config.Hardware.Device, running)
		completeSpec(spec, vm.Config)
	})
	if running {
		if err := m.plugGuest(j.Ctx, vm, spec); err != nil {
			return err
		}
	}
	request := &types.ReconfigVM_Task{This: vm.Self, Spec: *spec}
	if _, err := m.simulated(j, vm.Self, "ReconfigVM_Task", request); err != nil {
		return err
	}
	m.keepFields(j.Ctx, vm, spec)
	return nil
}

// reconfigureMoment is when a change of an existing VM happens.
func reconfigureMoment(a *rules.Attempt, running bool) rules.Moment {
	if !running {
		return rules.OnReconfigure
	}
	when := rules.OnRunning
	if len(a.Adds) > 0 {
		when |= rules.OnHotAdd
	}
	if len(a.Removes) > 0 {
		when |= rules.OnHotRemove
	}
	return when
}

// passthroughChanges are the passthrough devices that a spec adds and removes.
func passthroughChanges(spec *types.VirtualMachineConfigSpec) (adds, removes []*types.VirtualPCIPassthrough) {
	for _, change := range spec.DeviceChange {
		c := change.GetVirtualDeviceConfigSpec()
		d, ok := c.Device.(*types.VirtualPCIPassthrough)
		if !ok {
			continue
		}
		switch c.Operation {
		case types.VirtualDeviceConfigSpecOperationAdd:
			adds = append(adds, d)
		case types.VirtualDeviceConfigSpecOperationRemove:
			removes = append(removes, d)
		}
	}
	return adds, removes
}

// placeAdded gives the passthrough devices that a spec adds their places among those that the VM has.
func placeAdded(spec *types.VirtualMachineConfigSpec, devices []types.BaseVirtualDevice, running bool) {
	taken := pci.PlacesOf(pci.PassthroughOf(devices))
	for _, change := range spec.DeviceChange {
		c := change.GetVirtualDeviceConfigSpec()
		d, ok := c.Device.(*types.VirtualPCIPassthrough)
		if !ok {
			continue
		}
		switch c.Operation {
		case types.VirtualDeviceConfigSpecOperationAdd:
			taken.Put(d)
			if running {
				taken.GiveSlot(d)
			}
		case types.VirtualDeviceConfigSpecOperationRemove:
			taken.Free(d)
		}
	}
}

// completeSpec makes a spec such that the simulator does with it what a server does: it takes structures of which a client
// has set some fields only as a whole.
func completeSpec(spec *types.VirtualMachineConfigSpec, config *types.VirtualMachineConfigInfo) {
	// An empty value takes an option away. The simulator adds one with no value where there is nothing to take away, and
	// takes away in the list that others may be reading.
	config.ExtraConfig = slices.Clone(config.ExtraConfig)
	spec.ExtraConfig = slices.DeleteFunc(spec.ExtraConfig, func(o types.BaseOptionValue) bool {
		return o.GetOptionValue().Value == "" && !hasOption(config.ExtraConfig, o.GetOptionValue().Key)
	})
	if spec.Flags != nil {
		spec.Flags = overlaid(&config.Flags, spec.Flags)
	}
	if spec.MemoryAllocation != nil {
		spec.MemoryAllocation = overlaid(config.MemoryAllocation, spec.MemoryAllocation)
	}
	if spec.CpuAllocation != nil {
		spec.CpuAllocation = overlaid(config.CpuAllocation, spec.CpuAllocation)
	}
}

// overlaid is base with the fields that are set in over.
func overlaid[T any](base, over *T) *T {
	var out T
	if base != nil {
		out = *base
	}
	dst, src := reflect.ValueOf(&out).Elem(), reflect.ValueOf(over).Elem()
	for i := range src.NumField() {
		if !src.Field(i).IsZero() {
			dst.Field(i).Set(src.Field(i))
		}
	}
	return &out
}

// keepFields keeps what the simulator does not: the fields of hot plug, and a memory reservation that is locked to the
// memory size.
func (m *machines) keepFields(ctx *simulator.Context, vm *simulator.VirtualMachine, spec *types.VirtualMachineConfigSpec) {
	m.locked(ctx, vm, func() {
		var changes []types.PropertyChange
		if spec.FixedPassthruHotPlugEnabled != nil {
			changes = append(changes, set("config.fixedPassthruHotPlugEnabled", *spec.FixedPassthruHotPlugEnabled))
		}
		if spec.MotherboardLayout != "" {
			changes = append(changes, set("config.hardware.motherboardLayout", spec.MotherboardLayout))
		}
		reservation := vm.Config.MemoryAllocation.Reservation
		if rules.IsTrue(vm.Config.MemoryReservationLockedToMax) {
			reservation = types.NewInt64(int64(vm.Config.Hardware.MemoryMB))
			changes = append(changes, set("config.memoryAllocation.reservation", *reservation))
		}
		if reservation != nil {
			changes = append(changes, set("summary.config.memoryReservation", int32(*reservation)))
		}
		ctx.Update(vm, changes)
	})
}
