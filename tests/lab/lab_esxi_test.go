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
	"github.com/vmware/govmomi/vim25/xml"

	"directpath.nvme/lab/config"
)

func TestESXiHasThePointsOfAHost(t *testing.T) {
	c := dial(t, config.Config{Mode: config.ModeESXi})
	about := c.vim.ServiceContent.About
	if about.ApiType != "HostAgent" || about.ApiVersion != "8.0.1.0" || about.ProductLineId != "embeddedEsx" {
		t.Errorf("the server is %s %s (%s)", about.ApiType, about.ApiVersion, about.ProductLineId)
	}
	if c.vim.ServiceContent.CustomFieldsManager != nil {
		t.Error("an ESXi host has no custom fields")
	}
	c.must(c.togglePassthru("esxi-01.lab", enable(d9)))
	if state := c.passthru("esxi-01.lab")[d9]; state != "pending" {
		t.Errorf("passthrough is %q", state)
	}
	c.esxcli("esxi-01.lab", "system", "settings", "kernel", "set", "-s", "maxIntrCookies", "-v", "4096")
	if got := c.kernel("esxi-01.lab", "maxIntrCookies"); got != [3]string{"4096", "1024", "1024"} {
		t.Errorf("configured, runtime, default are %v", got)
	}
	if vm := c.config("nvme-vm-01"); vm.Firmware != config.FirmwareBIOS {
		t.Errorf("the VM has %s firmware", vm.Firmware)
	}
}

func TestRebootOfESXiTakesTheServerAlong(t *testing.T) {
	c := dial(t, quick(config.Config{Mode: config.ModeESXi}))
	before := *c.hostProperties("esxi-01.lab", "runtime").Runtime.BootTime
	c.must(c.togglePassthru("esxi-01.lab", enable(d9)))
	c.must(c.maintenance("esxi-01.lab", 0).Wait(c.ctx))
	// It stays down until the test has seen it down, and may go before it has answered anything.
	c.hold("boot")
	_, err := methods.RebootHost_Task(c.ctx, c.vim, &types.RebootHost_Task{This: c.host("esxi-01.lab").Reference()})
	for deadline := time.Now().Add(time.Minute); err == nil && time.Now().Before(deadline); {
		_, err = methods.GetCurrentTime(c.ctx, c.vim)
	}
	if err == nil || soap.IsSoapFault(err) {
		t.Fatalf("the server of a host that reboots answers: %v", err)
	}
	c.release()
	for deadline := time.Now().Add(time.Minute); !soap.IsSoapFault(err) && time.Now().Before(deadline); {
		_, err = methods.GetCurrentTime(c.ctx, c.vim)
	}
	wantFault[types.NotAuthenticated](t, err, "")

	again := connect(t, c.server)
	h := again.hostProperties("esxi-01.lab", "runtime").Runtime
	if !h.BootTime.After(before) || !h.InMaintenanceMode {
		t.Errorf("after the reboot: boot time %s, in maintenance mode %v", h.BootTime, h.InMaintenanceMode)
	}
	if state := again.passthru("esxi-01.lab")[d9]; state != "active" {
		t.Errorf("passthrough is %q", state)
	}
}

func TestResetEndsTheRebootOfESXi(t *testing.T) {
	c := dial(t, config.Config{Mode: config.ModeESXi})
	l := c.server.lab.Load()
	l.goDown(l.context(), l.hostStates()[0])
	c.must(c.server.newLab())
	connect(t, c.server)
}

func TestESXiIsOneHost(t *testing.T) {
	for _, cfg := range []config.Config{
		{Mode: config.ModeESXi, Hosts: []config.Host{{Name: "a"}, {Name: "b"}}},
		{Mode: "cloud"},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%+v is accepted", cfg)
		}
	}
}

// directSet is how the official esxcli client sets a kernel setting when it is connected to ESXi itself.
type directSet struct {
	Req *directCall `xml:"urn:vim25 VimEsxCLIsystemsettingskernelset,omitempty"`
	Res *struct {
		Returnval bool `xml:"returnval"`
	} `xml:"VimEsxCLIsystemsettingskernelsetResponse,omitempty"`
	Reason *soap.Fault `xml:"http://schemas.xmlsoap.org/soap/envelope/ Fault,omitempty"`
}

func (b *directSet) Fault() *soap.Fault { return b.Reason }

func TestESXiAnswersDirectESXCLICalls(t *testing.T) {
	c := dial(t, config.Config{Mode: config.ModeESXi})
	set := func(name, value string) (*directSet, error) {
		argument := func(name, text string) directArgument {
			return directArgument{XMLName: xml.Name{Local: name}, Text: text}
		}
		req := directSet{Req: &directCall{
			This: types.ManagedObjectReference{
				Type: "VimEsxCLIsystemsettingskernel", Value: "ha-cli-handler-system-settings-kernel",
			},
			Arguments: []directArgument{argument("setting", name), argument("value", value)},
		}}
		var res directSet
		err := c.vim.RoundTrip(c.ctx, &req, &res)
		return &res, err
	}
	if res, err := set("maxIntrCookies", "4096"); err != nil || !res.Res.Returnval {
		t.Fatalf("%+v, %v", res, err)
	}
	if got := c.kernel("esxi-01.lab", "maxIntrCookies"); got[0] != "4096" {
		t.Errorf("configured, runtime, default are %v", got)
	}
	_, err := set("nope", "1")
	if err == nil || !soap.IsSoapFault(err) || soap.ToSoapFault(err).String != "EsxCLI.CLIFault.summary" {
		t.Errorf("an unknown setting: %v", err)
	}
}
