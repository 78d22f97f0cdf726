// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"net/http"
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

func (c *vmClient) hold(method string) {
	c.t.Helper()
	if code := c.control(http.MethodPost, "/hold", `{"method": "`+method+`"}`, nil); code != http.StatusOK {
		c.t.Fatalf("holding %q is answered with %d", method, code)
	}
}

func (c *vmClient) release() {
	c.t.Helper()
	c.control(http.MethodPost, "/hold/clear", "", nil)
}

func TestACallThatIsHeldIsCountedAndDoesNothing(t *testing.T) {
	c := dial(t, config.Config{})
	c.hold("UpdatePassthruConfig")
	c.hold("UpdatePassthruConfig")
	done := make(chan error, 1)
	go func() { done <- c.togglePassthru("esxi-02.lab", enable(d9)) }()
	for c.lab().stats.snapshot().Calls["UpdatePassthruConfig"] == 0 {
		c.passthru("esxi-02.lab")
	}
	if state := c.passthru("esxi-02.lab")[d9]; state == "active" {
		t.Error("the work was done although the call is held")
	}
	select {
	case err := <-done:
		t.Errorf("the answer came at once: %v", err)
	default:
	}
	c.release()
	c.must(<-done)
	if state := c.passthru("esxi-02.lab")[d9]; state != "active" {
		t.Errorf("passthrough is %q after the hold", state)
	}
}

func TestAnESXCLICommandIsHeldByItsName(t *testing.T) {
	c := dial(t, config.Config{})
	c.hold("ExecuteSoap:vim.EsxCLI.hardware.pci.list")
	c.esxcli("esxi-02.lab", "system", "settings", "kernel", "list")
	done := make(chan error, 1)
	go func() {
		_, err := c.runESXCLI("esxi-02.lab", "hardware", "pci", "list")
		done <- err
	}()
	for c.lab().stats.snapshot().Calls["ExecuteSoap:vim.EsxCLI.hardware.pci.list"] == 0 {
		c.passthru("esxi-02.lab")
	}
	c.release()
	c.must(<-done)
}

func TestATaskThatIsHeldRunsOn(t *testing.T) {
	c := dial(t, config.Config{})
	c.hold("EnterMaintenanceMode_Task")
	held, given := c.maintenance("esxi-01.lab", 0), c.maintenance("esxi-02.lab", 0)
	c.must(given.Cancel(c.ctx))
	wantFault[types.RequestCanceled](t, given.Wait(c.ctx), "canceled")
	if c.hostProperties("esxi-01.lab", "runtime").Runtime.InMaintenanceMode {
		t.Error("the work was done although the task is held")
	}
	c.release()
	c.must(held.Wait(c.ctx))
}

func TestAHostThatIsHeldStaysDown(t *testing.T) {
	c := dial(t, quick(config.Config{}))
	c.hold("boot")
	c.must(c.rebootTask("esxi-01.lab", true))
	state := func(want types.HostSystemConnectionState) {
		c.waitHost("esxi-01.lab", "runtime.connectionState", func(v any) bool { return v == want })
	}
	state(types.HostSystemConnectionStateNotResponding)
	c.release()
	state(types.HostSystemConnectionStateConnected)
}

func TestALabThatIsResetHoldsNothing(t *testing.T) {
	c := dial(t, config.Config{})
	c.hold("EnterMaintenanceMode_Task")
	c.must(c.server.newLab())
	again := connect(t, c.server)
	again.must(again.maintenance("esxi-01.lab", 0).Wait(again.ctx))
	if code := again.control(http.MethodPost, "/hold", `{}`, nil); code != http.StatusBadRequest {
		t.Errorf("a hold of nothing is answered with %d", code)
	}
}
