// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"testing"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// powerLab has one VM that is off and keeps every rule, without devices.
func powerLab(t *testing.T, changes ...func(*config.VM)) *vmClient {
	t.Helper()
	active := []string{freeDevice, nextDevice}
	return dial(t, config.Config{
		Hosts: []config.Host{{Name: goodHost, Version: "8.0.3", PassthroughEnabled: active}},
		VMs:   []config.VM{readyVM("vm", append([]func(*config.VM){off}, changes...)...)},
	})
}

func (c *vmClient) power(name string) types.VirtualMachinePowerState {
	c.t.Helper()
	state, err := c.vm(name).PowerState(c.ctx)
	c.must(err)
	return state
}

// Devices that are added while the VM is off get their PCI slots when it runs, and keep them.
func TestPowerOnGivesSlots(t *testing.T) {
	c := powerLab(t)
	c.must(c.reconfigure("vm", add(c.device(goodHost, freeDevice), c.device(goodHost, nextDevice))))
	for _, d := range c.attached("vm") {
		if d.SlotInfo != nil {
			t.Errorf("device %d has a slot before the VM runs", d.Key)
		}
	}
	slots := func() (numbers []int32) {
		for _, d := range c.attached("vm") {
			numbers = append(numbers, d.SlotInfo.(*types.VirtualDevicePciBusSlotInfo).PciSlotNumber)
		}
		return numbers
	}
	for range 2 {
		c.must(c.powerOn("vm"))
		if got := slots(); len(got) != 2 || got[0] != 64 || got[1] != 65 {
			t.Fatalf("slots %v, want 64 and 65", got)
		}
		c.must(c.powerOff("vm"))
	}
}

func TestPowerOnTwice(t *testing.T) {
	c := powerLab(t)
	c.must(c.powerOn("vm"))
	expectFault(t, c.powerOn("vm"), "InvalidPowerState", "current state (Powered on)")
	c.must(c.powerOff("vm"))
	expectFault(t, c.powerOff("vm"), "InvalidPowerState", "current state (Powered off)")
}

// A standalone ESXi answers the same calls.
func TestStandaloneESXi(t *testing.T) {
	c := dial(t, config.Config{
		Mode:  config.ModeESXi,
		Hosts: []config.Host{{Name: goodHost, Version: "8.0.3", PassthroughEnabled: []string{freeDevice}}},
		VMs:   []config.VM{readyVM("vm", off)},
	})
	c.must(c.powerOn("vm"))
	c.must(c.reconfigure("vm", add(c.device(goodHost, freeDevice))))
	c.must(c.reconfigure("vm", remove(c.attached("vm")...)))
	c.must(c.powerOff("vm"))
}

func TestBootTime(t *testing.T) {
	c := powerLab(t)
	runtime := func() types.VirtualMachineRuntimeInfo {
		var vm mo.VirtualMachine
		c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, c.vm("vm").Reference(), []string{"runtime"}, &vm))
		return vm.Runtime
	}
	c.must(c.powerOn("vm"))
	if boot := runtime().BootTime; boot == nil || time.Since(*boot) > time.Minute {
		t.Errorf("boot time %v of a VM that was just started", boot)
	}
	c.must(c.powerOff("vm"))
	if boot := runtime().BootTime; boot != nil {
		t.Errorf("boot time %v of a VM that is off", boot)
	}
}

// Clients of vCenter power on through the datacenter; each VM has its own task and its own outcome.
func TestPowerOnMulti(t *testing.T) {
	c := powerLab(t)
	c.must(c.reconfigure("vm", add(c.device(goodHost, freeDevice))))
	dc, err := c.find.Datacenter(c.ctx, "DC0")
	c.must(err)
	attempt := func() error {
		task, err := dc.PowerOnVM(c.ctx, []types.ManagedObjectReference{c.vm("vm").Reference()})
		c.must(err)
		info, err := task.WaitForResult(c.ctx)
		c.must(err)
		attempted := info.Result.(types.ClusterPowerOnVmResult).Attempted
		if len(attempted) != 1 {
			t.Fatalf("%d VMs attempted", len(attempted))
		}
		return object.NewTask(c.vim, *attempted[0].Task).WaitEx(c.ctx)
	}
	c.must(c.reconfigure("vm", types.VirtualMachineConfigSpec{NestedHVEnabled: types.NewBool(true)}))
	expectFault(t, attempt(), "GenericVmConfigFault", "Virtualization is not supported")
	c.must(c.reconfigure("vm", types.VirtualMachineConfigSpec{NestedHVEnabled: types.NewBool(false)}))
	c.must(attempt())
	if c.power("vm") != config.PoweredOn {
		t.Error("the VM is not on")
	}
}

func TestReset(t *testing.T) {
	c := powerLab(t, attachedDevices(freeDevice))
	expectFault(t, c.wait(c.vm("vm").Reset(c.ctx)), "InvalidPowerState", "current state (Powered off)")
	c.must(c.powerOn("vm"))
	c.must(c.wait(c.vm("vm").Reset(c.ctx)))
	if c.power("vm") != config.PoweredOn {
		t.Error("the VM is not on after a reset")
	}
}

func TestShutdownGuestNeedsTools(t *testing.T) {
	c := powerLab(t)
	expectFault(t, c.vm("vm").ShutdownGuest(c.ctx), "InvalidPowerState", "current state (Powered off)")
	c.must(c.powerOn("vm"))
	expectFault(t, c.vm("vm").ShutdownGuest(c.ctx), "ToolsUnavailable", "VMware Tools is not running")
	if c.power("vm") != config.PoweredOn {
		t.Error("the VM was shut down without VMware Tools")
	}
}

func TestShutdownGuest(t *testing.T) {
	c := powerLab(t, func(v *config.VM) { v.ToolsRunning = true })
	running := func() string {
		var vm mo.VirtualMachine
		path := []string{"guest.toolsRunningStatus"}
		c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, c.vm("vm").Reference(), path, &vm))
		return vm.Guest.ToolsRunningStatus
	}
	c.must(c.powerOn("vm"))
	if got := running(); got != string(types.VirtualMachineToolsRunningStatusGuestToolsRunning) {
		t.Errorf("tools %s while the VM runs", got)
	}
	c.must(c.vm("vm").ShutdownGuest(c.ctx))
	c.must(c.vm("vm").WaitForPowerState(c.ctx, config.PoweredOff))
	c.must(c.powerOn("vm"))
}

// One task, named like the method: clients look the name up, and a second one would confuse them.
func TestOneTaskPerCall(t *testing.T) {
	c := powerLab(t)
	c.must(c.powerOn("vm"))
	c.must(c.reconfigure("vm", types.VirtualMachineConfigSpec{Annotation: "x"}))
	var vm mo.VirtualMachine
	c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, c.vm("vm").Reference(), []string{"recentTask"}, &vm))
	var names []string
	for _, ref := range vm.RecentTask {
		var task mo.Task
		c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, ref, []string{"info"}, &task))
		names = append(names, task.Info.Name)
	}
	if len(names) != 2 || names[0] != "PowerOnVM_Task" || names[1] != "ReconfigVM_Task" {
		t.Errorf("recent tasks %v", names)
	}
}
