// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"cmp"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/fault"
	"directpath.nvme/lab/rules"
)

// minACPIHardware is the hardware version from which on a VM that is created with EFI gets ACPI host bridges.
const minACPIHardware = 20

// create makes a VM as a client describes it, in a folder or in a vApp. Passthrough devices are not judged before
// power-on.
func (m *machines) create(c *Call) soap.HasFault {
	return c.task(func(j *job) (types.AnyType, error) {
		var spec *types.VirtualMachineConfigSpec
		var request any
		switch body := c.Body.(type) {
		case *types.CreateVM_Task:
			changed := *body
			spec, request = &changed.Config, &changed
		case *types.CreateChildVM_Task:
			changed := *body
			spec, request = &changed.Config, &changed
		}
		spec.Version = cmp.Or(spec.Version, config.DefaultHardware)
		if err := m.datastoreExists(j.Ctx, spec.Files); err != nil {
			return nil, err
		}
		if err := rules.Judge(&rules.Attempt{When: rules.OnCreate, VM: &mo.VirtualMachine{}, Spec: spec}); err != nil {
			return nil, err
		}
		if spec.MotherboardLayout == "" {
			spec.MotherboardLayout = config.LayoutI440BX
			if spec.Firmware == config.FirmwareEFI && rules.HardwareVersion(spec.Version) >= minACPIHardware {
				spec.MotherboardLayout = config.LayoutACPI
			}
		}
		placeAdded(spec, nil, false)
		result, err := m.simulated(j, c.This, c.Method, request)
		if err != nil {
			return nil, err
		}
		vm, err := get[*simulator.VirtualMachine](j.Ctx, result.(types.ManagedObjectReference))
		if err != nil {
			return nil, err
		}
		m.completeVM(j.Ctx, vm)
		m.keepFields(j.Ctx, vm, spec)
		return result, nil
	})
}

// datastoreExists refuses the files of a VM on a datastore that is not there; the simulator panics at them.
func (m *machines) datastoreExists(ctx *simulator.Context, files *types.VirtualMachineFileInfo) error {
	if files == nil {
		return nil
	}
	var wanted object.DatastorePath
	if wanted.FromString(files.VmPathName) {
		for _, ds := range ctx.Map.All("Datastore") {
			if m.nameOf(ctx, ds.Reference()) == wanted.Datastore {
				return nil
			}
		}
	}
	detail := &types.InvalidDatastorePath{DatastorePath: files.VmPathName}
	return fault.New(detail, "Invalid datastore path '%s'.", files.VmPathName)
}

// completeVM sets enumerations that the simulator leaves empty, which pyvmomi cannot read.
func (m *machines) completeVM(ctx *simulator.Context, vm *simulator.VirtualMachine) {
	m.locked(ctx, vm, func() {
		ctx.Update(vm, []types.PropertyChange{
			set("runtime.faultToleranceState", types.VirtualMachineFaultToleranceStateNotConfigured),
			set("runtime.recordReplayState", types.VirtualMachineRecordReplayStateInactive),
			set("summary.runtime.faultToleranceState", types.VirtualMachineFaultToleranceStateNotConfigured),
			set("summary.runtime.recordReplayState", types.VirtualMachineRecordReplayStateInactive),
		})
	})
}

// clone copies a VM. The simulator copies its hardware; the configuration around it, the changes that the client wants
// on top, and the power-on, which has to be judged, are done here.
func (m *machines) clone(c *Call) soap.HasFault {
	return c.task(func(j *job) (types.AnyType, error) {
		m.turn.Lock()
		defer m.turn.Unlock()
		source, err := get[*simulator.VirtualMachine](j.Ctx, c.This)
		if err != nil {
			return nil, err
		}
		request := *c.Body.(*types.CloneVM_Task)
		start, wanted := request.Spec.PowerOn, request.Spec.Config
		request.Spec.PowerOn = false
		var rest types.VirtualMachineConfigSpec
		if wanted != nil {
			known := *wanted
			rest = *wanted
			rest.ExtraConfig = nil
			known.DeviceChange, rest.DeviceChange = splitDevices(wanted.DeviceChange)
			request.Spec.Config = &known
		}
		result, err := m.simulated(j, c.This, c.Method, &request)
		if err != nil {
			return nil, err
		}
		vm, err := get[*simulator.VirtualMachine](j.Ctx, result.(types.ManagedObjectReference))
		if err != nil {
			return nil, err
		}
		m.completeVM(j.Ctx, vm)
		m.copyConfig(j.Ctx, source, vm)
		if wanted != nil {
			if err := m.change(j, vm, &rest); err != nil {
				return nil, err
			}
		}
		if start && !request.Spec.Template {
			return result, m.powerOn(c, j, vm)
		}
		return result, nil
	})
}

type deviceChange = types.BaseVirtualDeviceConfigSpec

// splitDevices parts the device changes that the simulator knows from those of passthrough devices.
func splitDevices(changes []deviceChange) (known, passthrough []deviceChange) {
	for _, change := range changes {
		if _, ok := change.GetVirtualDeviceConfigSpec().Device.(*types.VirtualPCIPassthrough); ok {
			passthrough = append(passthrough, change)
		} else {
			known = append(known, change)
		}
	}
	return known, passthrough
}

// copyConfig gives a clone what decides about hot plug in its source.
func (m *machines) copyConfig(ctx *simulator.Context, source, vm *simulator.VirtualMachine) {
	var from types.VirtualMachineConfigInfo
	m.locked(ctx, source, func() { from = clone(*source.Config) })
	m.locked(ctx, vm, func() {
		ctx.Update(vm, []types.PropertyChange{
			set("config.firmware", from.Firmware),
			set("config.flags", from.Flags),
			set("config.hardware.motherboardLayout", from.Hardware.MotherboardLayout),
		})
		to := vm.Config
		to.MemoryAllocation = from.MemoryAllocation
		to.MemoryReservationLockedToMax = from.MemoryReservationLockedToMax
		to.FixedPassthruHotPlugEnabled = from.FixedPassthruHotPlugEnabled
		to.CpuHotAddEnabled, to.CpuHotRemoveEnabled = from.CpuHotAddEnabled, from.CpuHotRemoveEnabled
		to.MemoryHotAddEnabled, to.NestedHVEnabled = from.MemoryHotAddEnabled, from.NestedHVEnabled
	})
	m.keepFields(ctx, vm, &types.VirtualMachineConfigSpec{})
}
