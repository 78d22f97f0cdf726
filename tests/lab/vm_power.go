// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"errors"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/fault"
	"directpath.nvme/lab/pci"
	"directpath.nvme/lab/rules"
)

func (m *machines) powerOn(c *Call, j *job, vm *simulator.VirtualMachine) error {
	// Through PowerOnMultiVM_Task DRS always has a say; PowerOnVM_Task can name a host.
	if request, ok := c.Body.(*types.PowerOnVM_Task); !ok || request.Host == nil {
		if err := m.placeAtPowerOn(j.Ctx, vm); err != nil {
			return err
		}
	}
	return m.start(j, vm)
}

// start powers a VM on where it is.
func (m *machines) start(j *job, vm *simulator.VirtualMachine) error {
	if err := m.judgePowerOn(j.Ctx, vm); err != nil {
		return err
	}
	if _, err := m.simulated(j, vm.Self, "PowerOnVM_Task", &types.PowerOnVM_Task{This: vm.Self}); err != nil {
		return err
	}
	m.locked(j.Ctx, vm, func() {
		m.giveSlots(j.Ctx, vm)
		setBootTime(j.Ctx, vm, vm.Summary.Runtime.BootTime)
		setTools(j.Ctx, vm, m.guests[vm.Self] == nil) // a guest says itself when they run
	})
	if err := m.bootGuest(j.Ctx, vm); err != nil {
		return errors.Join(err, m.stop(j, vm))
	}
	return nil
}

// judgePowerOn judges the devices of a VM that is off; a VM that runs is refused by the simulator for being on.
func (m *machines) judgePowerOn(ctx *simulator.Context, vm *simulator.VirtualMachine) error {
	return m.judge(ctx, vm, func(a *rules.Attempt) {
		if vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn {
			a.When = rules.OnPowerOn
		}
	})
}

// giveSlots gives the passthrough devices that were added while the VM was off their PCI slots.
func (m *machines) giveSlots(ctx *simulator.Context, vm *simulator.VirtualMachine) {
	devices := clone(vm.Config.Hardware.Device)
	taken := pci.PlacesOf(pci.PassthroughOf(devices))
	for _, d := range pci.PassthroughOf(devices) {
		taken.GiveSlot(d)
	}
	ctx.Update(vm, []types.PropertyChange{set("config.hardware.device", devices)})
}

func (m *machines) powerOff(_ *Call, j *job, vm *simulator.VirtualMachine) error {
	return m.stop(j, vm)
}

// stop powers a VM off without asking its guest.
func (m *machines) stop(j *job, vm *simulator.VirtualMachine) error {
	if _, err := m.simulated(j, vm.Self, "PowerOffVM_Task", &types.PowerOffVM_Task{This: vm.Self}); err != nil {
		return err
	}
	if guest := m.guests[vm.Self]; guest != nil {
		guest.powerOff()
	}
	m.locked(j.Ctx, vm, func() {
		setBootTime(j.Ctx, vm, nil)
		setTools(j.Ctx, vm, false)
	})
	return nil
}

// reset starts the VM again, so its devices are judged as at power-on.
func (m *machines) reset(_ *Call, j *job, vm *simulator.VirtualMachine) error {
	if err := m.judge(j.Ctx, vm, func(a *rules.Attempt) { a.When = rules.OnPowerOn }); err != nil {
		return err
	}
	if _, err := m.simulated(j, vm.Self, "ResetVM_Task", &types.ResetVM_Task{This: vm.Self}); err != nil {
		return err
	}
	if guest := m.guests[vm.Self]; guest != nil {
		m.locked(j.Ctx, vm, func() { setTools(j.Ctx, vm, false) })
		return guest.reset()
	}
	return nil
}

// powerOnMulti starts one task for each VM, which is how clients of vCenter power on.
func (m *machines) powerOnMulti(c *Call) soap.HasFault {
	if c.Ctx.Map.IsESX() {
		return c.native()
	}
	return c.task(func(j *job) (types.AnyType, error) {
		result := types.ClusterPowerOnVmResult{Attempted: []types.ClusterAttemptedVmInfo{}}
		for _, ref := range c.Body.(*types.PowerOnMultiVM_Task).Vm {
			vm, err := get[*simulator.VirtualMachine](j.Ctx, ref)
			if err != nil {
				return nil, err
			}
			task := m.startTask(ref, "PowerOnVM_Task", func(j *job) (types.AnyType, error) {
				if err := m.answered(j, vm, "PowerOnVM_Task"); err != nil {
					return nil, err
				}
				m.turn.Lock()
				defer m.turn.Unlock()
				return nil, m.powerOn(c, j, vm)
			})
			result.Attempted = append(result.Attempted, types.ClusterAttemptedVmInfo{Vm: ref, Task: &task})
		}
		return result, nil
	})
}

// shutdownGuest asks the guest to shut down, which only VMware Tools in it can do.
func (m *machines) shutdownGuest(c *Call) soap.HasFault {
	vm, err := get[*simulator.VirtualMachine](c.Ctx, c.This)
	if err != nil {
		return c.fault(err)
	}
	var state types.VirtualMachinePowerState
	tools := false
	m.locked(c.Ctx, vm, func() {
		state = vm.Runtime.PowerState
		tools = vm.Guest.ToolsRunningStatus == string(types.VirtualMachineToolsRunningStatusGuestToolsRunning)
	})
	if state != types.VirtualMachinePowerStatePoweredOn {
		return c.fault(simulatedFault(&types.InvalidPowerState{RequestedState: config.PoweredOn, ExistingState: state}))
	}
	if !tools {
		return c.fault(fault.New(&types.ToolsUnavailable{},
			"Cannot complete operation because VMware Tools is not running in this virtual machine."))
	}
	m.startTask(c.This, c.Method, func(j *job) (types.AnyType, error) {
		m.turn.Lock()
		defer m.turn.Unlock()
		if guest := m.guests[vm.Self]; guest != nil {
			return nil, guest.shutdown() // its VM is powered off when it has ended
		}
		return nil, m.stop(j, vm)
	})
	return &methods.ShutdownGuestBody{Res: &types.ShutdownGuestResponse{}}
}

// setBootTime completes what the simulator shows in the summary only.
func setBootTime(ctx *simulator.Context, vm *simulator.VirtualMachine, boot *time.Time) {
	change := set("runtime.bootTime", nil)
	if boot != nil {
		change.Val = *boot
	}
	ctx.Update(vm, []types.PropertyChange{change})
}

// setTools lets VMware Tools, where installed, start and stop with the VM.
func setTools(ctx *simulator.Context, vm *simulator.VirtualMachine, running bool) {
	if vm.Guest.ToolsStatus == types.VirtualMachineToolsStatusToolsNotInstalled || vm.Guest.ToolsStatus == "" {
		return
	}
	status := types.VirtualMachineToolsStatusToolsNotRunning
	state := types.VirtualMachineToolsRunningStatusGuestToolsNotRunning
	if running {
		status = types.VirtualMachineToolsStatusToolsOk
		state = types.VirtualMachineToolsRunningStatusGuestToolsRunning
	}
	ctx.Update(vm, []types.PropertyChange{
		set("guest.toolsStatus", status),
		set("guest.toolsRunningStatus", string(state)),
		set("summary.guest.toolsStatus", status),
		set("summary.guest.toolsRunningStatus", string(state)),
	})
}
