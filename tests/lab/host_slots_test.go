// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"directpath.nvme/lab/config"
)

func (c *vmClient) inserted(body string) Inserted {
	c.t.Helper()
	var in Inserted
	if code := c.control("POST", "/insert", body, &in); code != http.StatusOK {
		c.t.Fatalf("insert %s: %d", body, code)
	}
	return in
}

func (c *vmClient) pulled(body string) {
	c.t.Helper()
	if code := c.control("POST", "/pull", body, nil); code != http.StatusOK {
		c.t.Fatalf("pull %s: %d", body, code)
	}
}

// drive is what `lab state` says of the device at an address; empty if there is none.
func (c *vmClient) drive(host, address string) DeviceView {
	c.t.Helper()
	var s State
	c.control("GET", "/state", "", &s)
	at := slices.IndexFunc(s.Hosts, func(h HostView) bool { return h.Name == host })
	for _, d := range s.Hosts[at].Devices {
		if d.Address == address {
			return d
		}
	}
	return DeviceView{}
}

func TestABayKeepsItsSlotAndAddress(t *testing.T) {
	c := dial(t, withDevices())
	const host = "esxi-01.lab"
	before := c.drive(host, d9)
	c.pulled(`{"host": "esxi-01.lab", "slot": 8}`)
	if c.drive(host, d9).Address != "" {
		t.Fatal("the drive of slot 8 is still there")
	}
	// Another drive is put in, then the first one comes back in a slot that was empty.
	in := c.inserted(`{"host": "esxi-01.lab", "slot": 8}`)
	if in.Address != d9 || in.Slot != 8 || in.Serial == before.Serial {
		t.Errorf("inserted: %+v, in place of %+v", in, before)
	}
	moved := c.inserted(`{"host": "esxi-01.lab", "slot": 14, "serial": "S01D9"}`)
	if moved.Slot != 14 || moved.Address != "0000:df:00.0" || moved.Serial != before.Serial {
		t.Errorf("put into another slot: %+v", moved)
	}
	if serials := c.serials(host); serials[d9] != in.Serial || serials["0000:df:00.0"] != "S01D9" {
		t.Errorf("the host sees %v", serials)
	}
	for _, row := range c.esxcli(host, "hardware", "pci", "list") {
		if row.Value("Address") == d9 && row.Value("PhysicalSlot") != "8" {
			t.Errorf("esxcli: slot %s", row.Value("PhysicalSlot"))
		}
	}
	if first := c.inserted(`{"host": "esxi-01.lab"}`); first.Slot != 13 {
		t.Errorf("without a slot: %+v, want the first that is empty", first)
	}
}

func TestInsertAndPullRefuseWhatCannotBe(t *testing.T) {
	c := dial(t, withDevices())
	c.pulled(`{"host": "esxi-01.lab", "address": "0000:d9:00.0"}`)
	for _, bad := range []struct{ path, body, text string }{
		{"/insert", `{"host": "esxi-01.lab", "slot": 9}`, "already, in slot 9: serial number S01DA"},
		{"/insert", `{"host": "esxi-01.lab", "slot": 99}`, "no slot 99"},
		{"/insert", `{"host": "esxi-01.lab", "slot": -1}`, "no slot -1"},
		{"/insert", `{"host": "esxi-01.lab", "slot": 8, "address": "0000:da:00.0"}`, "slot 8 of esxi-01.lab is at 0000:d9:00.0"},
		{"/insert", `{"host": "esxi-01.lab", "slot": 8, "capacity_gb": 3}`, "3 GB"},
		{"/insert", `{"host": "esxi-01.lab", "slot": 8, "use": "boot"}`, `"boot"`},
		{"/insert", `{"host": "esxi-01.lab", "address": "0000:3b:00.0"}`, "no drive"},
		{"/pull", `{"host": "esxi-01.lab", "slot": 8}`, "no device at 0000:d9:00.0"},
		{"/pull", `{"host": "esxi-01.lab"}`, "neither slot nor address"},
	} {
		var refusal struct{ Error string }
		if code := c.control("POST", bad.path, bad.body, &refusal); code == http.StatusOK || !strings.Contains(refusal.Error, bad.text) {
			t.Errorf("%s %s: %d %q", bad.path, bad.body, code, refusal.Error)
		}
	}
	// A refusal changes nothing.
	if in := c.inserted(`{"host": "esxi-01.lab", "slot": 8}`); in.Address != d9 {
		t.Errorf("inserted: %+v", in)
	}
}

func TestADriveKeepsWhatItIs(t *testing.T) {
	c := dial(t, withDevices(config.Device{Address: da, CapacityGB: 960}, used(db, "partitions")))
	const host = "esxi-01.lab"
	const tb192, gb960 = 3750748848 * 512, 960197124096
	if d, o := c.drive(host, d9).CapacityBytes, c.drive(host, da).CapacityBytes; d != tb192 || o != gb960 {
		t.Errorf("the sizes are %d and %d", d, o)
	}
	c.pulled(`{"host": "esxi-01.lab", "address": "0000:db:00.0"}`)
	c.pulled(`{"host": "esxi-01.lab", "address": "0000:da:00.0"}`)
	back := c.inserted(`{"host": "esxi-01.lab", "slot": 13, "serial": "S01DB"}`)
	if d := c.drive(host, back.Address); d.Use != "partitions" || d.VendorDevice != "1e0f:0011" {
		t.Errorf("the drive that came back is %+v", d)
	}
	other := c.inserted(`{"host": "esxi-01.lab", "slot": 9, "serial": "S01DA", "vendor_device": "1344:51c3", "use": "vmfs_copy",
		"capacity_gb": 3840}`)
	if d := c.drive(host, other.Address); d.Use != "vmfs_copy" || d.VendorDevice != "1344:51c3" || d.CapacityBytes != 3840755982336 {
		t.Errorf("another drive with the same serial number is %+v", d)
	}
	for _, lun := range c.hostProperties(host, "config.storageDevice").Config.StorageDevice.NvmeTopology.Adapter {
		controller := lun.ConnectedController[0]
		if controller.SerialNumber == "S01DA" && controller.AttachedNamespace[0].CapacityInBlocks*512 != 3840755982336 {
			t.Errorf("the host says %d blocks", controller.AttachedNamespace[0].CapacityInBlocks)
		}
	}
}

func TestANewDriveHasThePassthroughOfItsSlotIfSet(t *testing.T) {
	for _, want := range []struct {
		keeps, pending bool
		state          string
	}{{false, false, ""}, {true, false, "active"}, {true, true, "pending"}} {
		cfg := withDevices()
		cfg.Settings.SlotKeepsPassthrough, cfg.Settings.KeptPassthroughPending = want.keeps, want.pending
		c := dial(t, cfg)
		const host = "esxi-01.lab"
		c.must(c.togglePassthru(host, enable(d9)))
		for _, slot := range []string{"8", "9"} {
			c.pulled(`{"host": "esxi-01.lab", "slot": ` + slot + `}`)
			c.inserted(`{"host": "esxi-01.lab", "slot": ` + slot + `}`)
		}
		state := c.passthru(host)
		if state[d9] != want.state || state[da] != "" {
			t.Errorf("%+v: %q and %q", want, state[d9], state[da])
		}
		if _, seen := c.serials(host)[d9]; seen != (want.state != "active") {
			t.Errorf("%+v: the host tells its serial number: %t", want, seen)
		}
		// The passthrough is the slot's: it does not go along with the drive.
		c.pulled(`{"host": "esxi-01.lab", "slot": 8}`)
		if moved := c.inserted(`{"host": "esxi-01.lab", "slot": 15, "serial": "S01D9"}`); c.passthru(host)[moved.Address] != "" {
			t.Errorf("%+v: in another slot passthrough is %q", want, c.passthru(host)[moved.Address])
		}
	}
}
