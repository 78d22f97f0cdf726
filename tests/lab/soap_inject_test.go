// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

func (c *vmClient) inject(f InjectedFault) {
	c.t.Helper()
	c.must(c.server.lab.Load().faults.add(f))
}

func TestInjectedFaultOfACall(t *testing.T) {
	c := dial(t, config.Config{})
	c.inject(InjectedFault{Method: "UpdatePassthruConfig", Type: "HostConfigFault", Message: "no luck", Skip: 1, Count: 2})
	c.must(c.togglePassthru("esxi-02.lab", enable(d9)))
	for range 2 {
		wantFault[types.HostConfigFault](t, c.togglePassthru("esxi-02.lab", enable("0000:da:00.0")), "no luck")
	}
	if state := c.passthru("esxi-02.lab")["0000:da:00.0"]; state != "" {
		t.Errorf("the work was done although the call failed: %q", state)
	}
	c.must(c.togglePassthru("esxi-02.lab", enable("0000:da:00.0")))
}

func TestInjectedFaultOfATask(t *testing.T) {
	c := dial(t, config.Config{})
	c.inject(InjectedFault{Method: "EnterMaintenanceMode_Task", Type: "TaskInProgress", Message: "busy"})
	task := c.maintenance("esxi-01.lab", 0) // the call itself works
	wantFault[types.TaskInProgress](t, task.Wait(c.ctx), "busy")

	c.inject(InjectedFault{Method: "EnterMaintenanceMode_Task", Type: "NoPermission", Immediate: true})
	_, err := c.host("esxi-01.lab").EnterMaintenanceMode(c.ctx, 0, false, nil)
	wantFault[types.NoPermission](t, err, "")
}

func TestInjectedFaultOfASimulatedMethod(t *testing.T) {
	c := dial(t, config.Config{})
	c.inject(InjectedFault{Method: "CurrentTime", Type: "NotSupported", Message: "no clock"})
	_, err := methods.GetCurrentTime(c.ctx, c.vim)
	wantFault[types.NotSupported](t, err, "no clock")
	_, err = methods.GetCurrentTime(c.ctx, c.vim)
	c.must(err)
}

func TestInjectedFaultForOneRequest(t *testing.T) {
	c := dial(t, config.Config{})
	c.inject(InjectedFault{Method: "UpdatePassthruConfig", Type: "HostConfigFault", WhenRequestContains: "0000:da:00.0"})
	c.must(c.togglePassthru("esxi-02.lab", enable(d9)))
	wantFault[types.HostConfigFault](t, c.togglePassthru("esxi-02.lab", enable("0000:da:00.0")), "")
	c.inject(InjectedFault{Method: "ExecuteSoap:vim.EsxCLI.system.settings.kernel.set", Type: "HostCommunication"})
	c.kernel("esxi-01.lab", "maxIntrCookies")
	_, err := c.runESXCLI("esxi-01.lab", "system", "settings", "kernel", "set", "-s", "maxIntrCookies", "-v", "2048")
	wantFault[types.HostCommunication](t, err, "")
}

func TestDroppedConnections(t *testing.T) {
	c := dial(t, config.Config{})
	c.inject(InjectedFault{Method: "UpdatePassthruConfig", DropConnection: "before"})
	if err := c.togglePassthru("esxi-02.lab", enable(d9)); err == nil || soap.IsSoapFault(err) {
		t.Errorf("dropped before: %v", err)
	}
	if state := c.passthru("esxi-02.lab")[d9]; state != "" {
		t.Errorf("dropped before, and yet done: %q", state)
	}
	c.inject(InjectedFault{Method: "UpdatePassthruConfig", DropConnection: "after"})
	if err := c.togglePassthru("esxi-02.lab", enable(d9)); err == nil || soap.IsSoapFault(err) {
		t.Errorf("dropped after: %v", err)
	}
	if state := c.passthru("esxi-02.lab")[d9]; state != "active" {
		t.Errorf("dropped after, and not done: %q", state)
	}
}

func TestADroppedConnectionWaitsForTheTask(t *testing.T) {
	slow := 0.2
	c := dial(t, config.Config{Settings: config.Settings{TaskSeconds: &slow}})
	c.inject(InjectedFault{Method: "EnterMaintenanceMode_Task", DropConnection: "after"})
	if _, err := c.host("esxi-01.lab").EnterMaintenanceMode(c.ctx, 0, false, nil); err == nil || soap.IsSoapFault(err) {
		t.Errorf("dropped after: %v", err)
	}
	if !c.hostProperties("esxi-01.lab", "runtime").Runtime.InMaintenanceMode {
		t.Error("the connection was dropped before the work was done")
	}
}

func TestExpiredSessions(t *testing.T) {
	c := dial(t, config.Config{})
	c.inject(InjectedFault{Method: "CurrentTime", ExpireSession: true})
	for range 2 { // the session is gone for good
		_, err := methods.GetCurrentTime(c.ctx, c.vim)
		wantFault[types.NotAuthenticated](t, err, "")
	}
}

func TestDelay(t *testing.T) {
	c := dial(t, config.Config{})
	c.inject(InjectedFault{Method: "CurrentTime", DelaySeconds: 0.2})
	start := time.Now()
	_, err := methods.GetCurrentTime(c.ctx, c.vim)
	c.must(err)
	if took := time.Since(start); took < 200*time.Millisecond {
		t.Errorf("the answer came after %s", took)
	}
}

func TestInjectedFaultOfLogin(t *testing.T) {
	c := dial(t, config.Config{})
	c.server.lab.Load().endSessions()
	c.inject(InjectedFault{Method: "Login", Type: "InvalidLogin"})
	req := types.Login{This: *c.vim.ServiceContent.SessionManager, UserName: c.server.user.Username()}
	req.Password, _ = c.server.user.Password()
	_, err := methods.Login(c.ctx, c.vim, &req)
	wantFault[types.InvalidLogin](t, err, "")
	_, err = methods.Login(c.ctx, c.vim, &req)
	c.must(err)
}

func TestWrongPassword(t *testing.T) {
	c := dial(t, config.Config{})
	c.server.lab.Load().endSessions()
	for _, password := range []string{"", "wrong"} {
		_, err := methods.Login(c.ctx, c.vim, &types.Login{This: *c.vim.ServiceContent.SessionManager,
			UserName: c.server.user.Username(), Password: password})
		wantFault[types.InvalidLogin](t, err, "")
	}
}

func TestImpossibleFaultsAreRefused(t *testing.T) {
	var list faultList
	for _, f := range []InjectedFault{
		{}, {Method: "Login"}, {Method: "Login", Type: "NoSuchFault"}, {Method: "Login", Type: "HostSystem"},
		{Method: "Login", DropConnection: "sometimes"},
	} {
		if list.add(f) == nil {
			t.Errorf("%+v is accepted", f)
		}
	}
}

func TestResidue(t *testing.T) {
	cfg := withDevices()
	cfg.VMs = []config.VM{{Name: "vm", Power: config.PoweredOn, Firmware: config.FirmwareEFI, Layout: config.LayoutACPI, MemLocked: true,
		FptHotplug: true, Passthrough: []string{d9}, ExtraConfig: map[string]string{"keep": "this"}}}
	c := dial(t, cfg)
	c.must(c.togglePassthru("esxi-01.lab", enable(da)))
	for range 2 {
		c.inject(InjectedFault{Method: "ReconfigVM_Task", Type: "GenericVmConfigFault", Residue: true})
		wantFault[types.GenericVmConfigFault](t, c.reconfigure("vm", add(c.device("esxi-01.lab", da))), "")
	}
	options := func() map[string]any {
		found := map[string]any{}
		for _, o := range c.config("vm").ExtraConfig {
			found[o.GetOptionValue().Key] = o.GetOptionValue().Value
		}
		return found
	}
	// The VM's own device is number 0.
	left := []string{"pciPassthru1.present", "pciPassthru1.pciSlotNumber", "pciPassthru2.present", "pciPassthru2.pciSlotNumber"}
	before := options()
	for i, key := range left {
		if want := []string{"FALSE", "-1"}[i%2]; before[key] != want {
			t.Errorf("%s is %v, want %s", key, before[key], want)
		}
	}
	if before["pciPassthru0.present"] != nil {
		t.Error("the device that the VM has left something behind")
	}
	var state State
	c.control("GET", "/state", "", &state)
	if len(state.VMs[0].Residue) != len(left) {
		t.Errorf("the lab's state has %v", state.VMs[0].Residue)
	}

	// An empty value takes an option away, also while the VM runs, and one that is not there is no mistake.
	spec := types.VirtualMachineConfigSpec{}
	for _, key := range append(left, "pciPassthru9.present") {
		spec.ExtraConfig = append(spec.ExtraConfig, &types.OptionValue{Key: key, Value: ""})
	}
	c.must(c.reconfigure("vm", spec))
	after := options()
	if len(after) != len(before)-len(left) || after["keep"] != "this" {
		t.Errorf("of %v there is left %v", before, after)
	}
	c.must(c.reconfigure("vm", add(c.device("esxi-01.lab", da))))
}
