// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// d9 is a free NVMe device.
const d9 = "0000:d9:00.0"

func TestPassthroughWaitsForTheRebootWithoutRebind(t *testing.T) {
	c := dial(t, quick(config.Config{}))
	host := "esxi-01.lab"
	now := true
	for _, config := range []types.HostPciPassthruConfig{
		enable(d9), enable(d9), // twice is fine
		{Id: d9, PassthruEnabled: true, ApplyNow: &now}, // the host cannot
	} {
		c.must(c.togglePassthru(host, config))
		if state := c.passthru(host)[d9]; state != "pending" {
			t.Fatalf("passthrough is %q before the reboot", state)
		}
	}
	if !c.hostProperties(host, "summary").Summary.RebootRequired {
		t.Error("the host does not say that it needs a reboot")
	}
	c.reboot(host)
	if state := c.passthru(host)[d9]; state != "active" {
		t.Fatalf("passthrough is %q after the reboot", state)
	}
	if serial, known := c.serials(host)[d9]; known {
		t.Errorf("the host still knows the serial number %s of a device that it has given away", serial)
	}
	c.must(c.togglePassthru(host, disable(d9)))
	if state := c.passthru(host)[d9]; state != "pending" {
		t.Errorf("passthrough is %q after switching it off", state)
	}
}

func TestPassthroughIsActiveAtOnceWithRebind(t *testing.T) {
	c := dial(t, config.Config{})
	host, later := "esxi-02.lab", false
	c.must(c.togglePassthru(host, enable(d9), enable("0000:da:00.0")))
	if state := c.passthru(host); state[d9] != "active" || state["0000:da:00.0"] != "active" {
		t.Errorf("passthrough is %q and %q", state[d9], state["0000:da:00.0"])
	}
	c.must(c.togglePassthru(host, types.HostPciPassthruConfig{Id: "0000:db:00.0", PassthruEnabled: true, ApplyNow: &later}))
	if state := c.passthru(host)["0000:db:00.0"]; state != "pending" {
		t.Errorf("with applyNow=false passthrough is %q", state)
	}
	c.must(c.togglePassthru(host, disable(d9)))
	if serial := c.serials(host)[d9]; serial != "S02D9" {
		t.Errorf("the serial number of a device that came back is %q", serial)
	}
}

func TestPassthroughIsRefused(t *testing.T) {
	c := dial(t, config.Config{})
	for address, text := range map[string]string{
		"0000:17:00.0": "in use by the host",
		"0000:18:00.0": "in use by the host",
		"0000:19:00.0": "in use by the host",
		"0000:1a:00.0": "in use by the host",
		"0000:5e:00.0": "device 0000:5f:00.0 is in use by the host", // a neighbour of the same group
		"0000:00:1f.0": "not capable of passthrough",
		"0000:77:00.0": "there is no PCI device 0000:77:00.0",
	} {
		wantFault[types.HostConfigFault](t, c.togglePassthru("esxi-02.lab", enable(address)), text)
	}
	// One bad item, and nothing is done.
	wantFault[types.HostConfigFault](t, c.togglePassthru("esxi-02.lab", enable(d9), enable("0000:17:00.0")), "in use")
	if state := c.passthru("esxi-02.lab")[d9]; state != "" {
		t.Errorf("the good item of a bad call was done: %q", state)
	}
}

func TestPassthroughStaysWhileAVMRuns(t *testing.T) {
	c := dial(t, config.Config{
		Hosts: []config.Host{{Name: "esxi-01.lab", Version: "8.0.3", Cluster: "c", RebindWithoutReboot: true,
			PassthroughEnabled: []string{d9}}},
		VMs: []config.VM{{Name: "vm", Host: "esxi-01.lab", Power: config.PoweredOn, Firmware: config.FirmwareEFI, Layout: config.LayoutACPI,
			MemLocked: true, FptHotplug: true, Passthrough: []string{d9}}},
	})
	wantFault[types.HostConfigFault](t, c.togglePassthru("esxi-01.lab", disable(d9)), "in use by virtual machine vm")
}

func TestPassthroughOfAGroupIsToggledTogether(t *testing.T) {
	c := dial(t, config.Config{})
	l := c.server.lab.Load()
	h, err := l.hostNamed("esxi-02.lab")
	c.must(err)
	l.mu.Lock()
	h.device("0000:5f:00.0").use = unused
	l.mu.Unlock()
	c.must(c.togglePassthru("esxi-02.lab", enable("0000:5e:00.0")))
	state := c.passthru("esxi-02.lab")
	if state["0000:5e:00.0"] != "active" || state["0000:5f:00.0"] != "active" || state["0000:5d:00.0"] != "" {
		t.Errorf("the group is %q, %q, its bridge %q", state["0000:5e:00.0"], state["0000:5f:00.0"], state["0000:5d:00.0"])
	}
}

func TestRefreshAndHardwareLabel(t *testing.T) {
	c := dial(t, config.Config{})
	c.must(c.togglePassthru("esxi-01.lab", types.HostPciPassthruConfig{Id: d9, HardwareLabel: "bay 7"}))
	system := c.hostProperties("esxi-01.lab", "configManager").ConfigManager.PciPassthruSystem
	if _, err := methods.Refresh(c.ctx, c.vim, &types.Refresh{This: *system}); err != nil {
		t.Fatal(err)
	}
	for _, info := range c.hostProperties("esxi-01.lab", "config.pciPassthruInfo").Config.PciPassthruInfo {
		if p := info.GetHostPciPassthruInfo(); p.Id == d9 && p.HardwareLabel != "bay 7" {
			t.Errorf("the label is %q", p.HardwareLabel)
		}
	}
}
