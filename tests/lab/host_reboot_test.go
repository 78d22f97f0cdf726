// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"testing"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// rebootTask asks for a reboot and waits for the task, not for the host.
func (c *vmClient) rebootTask(host string, force bool) error {
	c.t.Helper()
	req := types.RebootHost_Task{This: c.host(host).Reference(), Force: force}
	res, err := methods.RebootHost_Task(c.ctx, c.vim, &req)
	c.must(err)
	return object.NewTask(c.vim, res.Returnval).Wait(c.ctx)
}

func (c *vmClient) maintenance(host string, timeout int32) *object.Task {
	c.t.Helper()
	task, err := c.host(host).EnterMaintenanceMode(c.ctx, timeout, false, nil)
	c.must(err)
	return task
}

func TestRebootNeedsMaintenanceModeOrForce(t *testing.T) {
	c := dial(t, quick(config.Config{VMs: []config.VM{{Name: "vm", Host: "esxi-01.lab", Power: config.PoweredOn}}}))
	wantFault[types.InvalidState](t, c.rebootTask("esxi-01.lab", false), "not in maintenance mode")
	before := *c.hostProperties("esxi-01.lab", "runtime").Runtime.BootTime
	c.must(c.rebootTask("esxi-01.lab", true))
	c.waitHost("esxi-01.lab", "runtime.bootTime", func(v any) bool { return v.(time.Time).After(before) })
	c.waitHost("esxi-01.lab", "summary.runtime.connectionState", func(v any) bool {
		return v == types.HostSystemConnectionStateConnected
	})
	var vm mo.VirtualMachine
	c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, c.vm("vm").Reference(), []string{"runtime"}, &vm))
	if vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOff ||
		vm.Runtime.ConnectionState != types.VirtualMachineConnectionStateConnected {
		t.Errorf("after the forced reboot of its host a VM is %s and %s", vm.Runtime.PowerState, vm.Runtime.ConnectionState)
	}
}

// The states of a reboot, step by step, so that the test does not depend on how fast it is.
func TestStatesOfAReboot(t *testing.T) {
	c := dial(t, config.Config{})
	l := c.server.lab.Load()
	h, err := l.hostNamed("esxi-01.lab")
	c.must(err)
	before := *c.hostProperties(h.name, "runtime").Runtime.BootTime

	l.goDown(l.context(), h)
	down := c.hostProperties(h.name, "runtime", "summary")
	if down.Runtime.ConnectionState != types.HostSystemConnectionStateNotResponding ||
		down.Summary.Runtime.ConnectionState != types.HostSystemConnectionStateNotResponding ||
		!down.Runtime.BootTime.Equal(before) {
		t.Errorf("while it is down the host is %s with boot time %s", down.Runtime.ConnectionState, down.Runtime.BootTime)
	}
	_, err = c.runESXCLI(h.name, "system", "settings", "kernel", "list")
	wantFault[types.HostNotConnected](t, err, "")
	wantFault[types.HostNotConnected](t, c.rebootTask(h.name, true), "")

	l.boot(h)
	l.comeBack(l.context(), h)
	up := c.hostProperties(h.name, "runtime").Runtime
	if up.ConnectionState != types.HostSystemConnectionStateConnected || !up.BootTime.After(before) ||
		up.PowerState != types.HostSystemPowerStatePoweredOn {
		t.Errorf("when it is back the host is %s and %s with boot time %s", up.ConnectionState, up.PowerState, up.BootTime)
	}
}

func TestASecondRebootMeanwhileIsRefused(t *testing.T) {
	long := 36000.0 // it answers for a tenth of that
	c := dial(t, config.Config{Settings: config.Settings{RebootSeconds: &long}})
	c.must(c.rebootTask("esxi-01.lab", true))
	wantFault[types.InvalidState](t, c.rebootTask("esxi-01.lab", true), "already rebooting")
}

func TestMaintenanceModeSurvivesTheReboot(t *testing.T) {
	c := dial(t, quick(config.Config{}))
	c.must(c.maintenance("esxi-01.lab", 0).Wait(c.ctx))
	wantFault[types.InvalidState](t, c.maintenance("esxi-01.lab", 0).Wait(c.ctx), "not allowed")
	before := *c.hostProperties("esxi-01.lab", "runtime").Runtime.BootTime
	c.must(c.rebootTask("esxi-01.lab", false))
	c.waitHost("esxi-01.lab", "runtime.bootTime", func(v any) bool { return v.(time.Time).After(before) })
	if !c.hostProperties("esxi-01.lab", "runtime").Runtime.InMaintenanceMode {
		t.Error("the reboot ended maintenance mode")
	}
}

func TestMaintenanceModeWaitsForRunningVMs(t *testing.T) {
	cfg := config.Config{VMs: []config.VM{{Name: "vm", Host: "esxi-01.lab", Power: config.PoweredOn}}}
	c := dial(t, cfg)
	wantFault[types.Timedout](t, c.maintenance("esxi-01.lab", 1).Wait(c.ctx), "timed out")

	waiting := c.maintenance("esxi-01.lab", 0)
	c.must(waiting.Cancel(c.ctx))
	wantFault[types.RequestCanceled](t, waiting.Wait(c.ctx), "canceled")

	waiting = c.maintenance("esxi-01.lab", 0)
	off, err := c.vm("vm").PowerOff(c.ctx)
	c.must(err)
	c.must(off.Wait(c.ctx))
	c.must(waiting.Wait(c.ctx))
	c.waitHost("esxi-01.lab", "runtime.inMaintenanceMode", func(v any) bool { return v == true })

	no := false
	cfg.Settings.MaintenanceBlocks = &no
	c = dial(t, cfg)
	c.must(c.maintenance("esxi-01.lab", 1).Wait(c.ctx))
}

func TestAProfileSetsTheHostBack(t *testing.T) {
	c := dial(t, quick(config.Config{Hosts: []config.Host{{Name: "esxi-01.lab", Cluster: "c", ManagedByProfile: true}}}))
	c.esxcli("esxi-01.lab", "system", "settings", "kernel", "set", "-s", "maxIntrCookies", "-v", "4096")
	c.reboot("esxi-01.lab")
	if got := c.kernel("esxi-01.lab", "maxIntrCookies"); got[1] != "1024" {
		t.Errorf("configured, runtime, default are %v", got)
	}
	var manager mo.HostProfileManager
	c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, *c.vim.ServiceContent.HostProfileManager,
		[]string{"profile"}, &manager))
	var profile mo.HostProfile
	c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, manager.Profile[0], []string{"name", "entity"}, &profile))
	if profile.Entity[0] != c.host("esxi-01.lab").Reference() {
		t.Errorf("the profile is attached to %v", profile.Entity)
	}
}

func TestTasksBearTheNameOfTheMethod(t *testing.T) {
	c := dial(t, config.Config{})
	task := c.maintenance("esxi-01.lab", 0)
	c.must(task.Wait(c.ctx))
	var info mo.Task
	c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, task.Reference(), []string{"info"}, &info))
	if info.Info.Name != "EnterMaintenanceMode_Task" || info.Info.EntityName != "esxi-01.lab" ||
		info.Info.DescriptionId != "HostSystem.enterMaintenanceMode" {
		t.Errorf("the task is %q of %q (%s)", info.Info.Name, info.Info.EntityName, info.Info.DescriptionId)
	}
}

func TestOnlyLongTasksCanBeCancelled(t *testing.T) {
	c := dial(t, config.Config{})
	c.hold("RebootHost_Task")
	req := types.RebootHost_Task{This: c.host("esxi-01.lab").Reference()}
	res, err := methods.RebootHost_Task(c.ctx, c.vim, &req)
	c.must(err)
	wantFault[types.NotSupported](t, object.NewTask(c.vim, res.Returnval).Cancel(c.ctx), "not supported")
	ended := c.maintenance("esxi-02.lab", 0)
	c.must(ended.Wait(c.ctx))
	wantFault[types.InvalidState](t, ended.Cancel(c.ctx), "")
}

func TestOldTasksAreForgotten(t *testing.T) {
	l, err := New(config.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	host := l.hostStates()[0].ref
	for range keptTasks + 50 {
		done := make(chan struct{})
		l.startTask(host, "EnterMaintenanceMode_Task", func(*job) (types.AnyType, error) {
			close(done)
			return nil, nil
		})
		<-done
	}
	deadline := time.Now().Add(time.Minute)
	for len(l.service.Context.Map.AllReference("Task")) > keptTasks+5 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if n := len(l.service.Context.Map.AllReference("Task")); n > keptTasks+5 {
		t.Errorf("%d tasks are kept", n)
	}
}
