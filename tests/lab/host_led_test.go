// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// turn turns locator LEDs, and returns what failed, by the UUID of the disk.
func (c *vmClient) turn(host string, on bool, uuids ...string) (map[string]string, error) {
	c.t.Helper()
	system := *c.hostProperties(host, "configManager.storageSystem").ConfigManager.StorageSystem
	var task types.ManagedObjectReference
	if on {
		res, err := methods.TurnDiskLocatorLedOn_Task(c.ctx, c.vim, &types.TurnDiskLocatorLedOn_Task{This: system, ScsiDiskUuids: uuids})
		if err != nil {
			return nil, err
		}
		task = res.Returnval
	} else {
		res, err := methods.TurnDiskLocatorLedOff_Task(c.ctx, c.vim, &types.TurnDiskLocatorLedOff_Task{This: system, ScsiDiskUuids: uuids})
		if err != nil {
			return nil, err
		}
		task = res.Returnval
	}
	info, err := object.NewTask(c.vim, task).WaitForResultEx(c.ctx)
	if err != nil {
		return nil, err
	}
	failed := map[string]string{}
	if list, ok := info.Result.(types.ArrayOfHostStorageSystemDiskLocatorLedResult); ok {
		for _, one := range list.HostStorageSystemDiskLocatorLedResult {
			failed[one.Key] = one.Fault.LocalizedMessage
		}
	}
	return failed, nil
}

// uuids are the UUIDs of a host's disks by PCI address.
func (c *vmClient) uuids(host string) map[string]string {
	c.t.Helper()
	byName := map[string]string{}
	for _, lun := range c.hostProperties(host, "config.storageDevice").Config.StorageDevice.ScsiLun {
		byName[lun.GetScsiLun().CanonicalName] = lun.GetScsiLun().Uuid
	}
	found := map[string]string{}
	for address, name := range c.disks(host) {
		found[address] = byName[name]
	}
	return found
}

func TestLocatorLEDs(t *testing.T) {
	no := false
	c := dial(t, withDevices(config.Device{Address: db, LED: &no}))
	const host = "esxi-01.lab"
	if supported := c.hostProperties(host, "capability").Capability.TurnDiskLocatorLedSupported; supported == nil || !*supported {
		t.Error("the host does not say that it can")
	}
	uuids := c.uuids(host)
	failed, err := c.turn(host, true, uuids[d9], uuids[db], uuids[da], "no such disk")
	c.must(err)
	if len(failed) != 2 || failed[uuids[db]] == "" || failed["no such disk"] == "" {
		t.Errorf("failed: %v", failed)
	}
	for address, want := range map[string]bool{d9: true, da: true, db: false, dc: false} {
		if got := c.drive(host, address).LED; got != want {
			t.Errorf("the LED of %s is %t", address, got)
		}
	}
	if failed, err = c.turn(host, false, uuids[d9]); err != nil || len(failed) != 0 || c.drive(host, d9).LED {
		t.Errorf("off: %v %v", failed, err)
	}

	// A drive that passthrough has keeps its light, and the host can no longer turn it.
	c.must(c.togglePassthru(host, enable(da)))
	if failed, err = c.turn(host, false, uuids[da]); err != nil || len(failed) != 1 || !c.drive(host, da).LED {
		t.Errorf("with passthrough: %v %v", failed, err)
	}
	// It is the light of a drive: another in its place is dark.
	c.pulled(`{"host": "esxi-01.lab", "slot": 9}`)
	c.inserted(`{"host": "esxi-01.lab", "slot": 9}`)
	if c.drive(host, da).LED {
		t.Error("the new drive is lit")
	}
	_, err = c.turn(host, true)
	wantFault[types.InvalidArgument](t, err, "scsiDiskUuids")
}

func TestAHostWithoutLocatorLEDs(t *testing.T) {
	no := false
	cfg := withDevices()
	cfg.Hosts[0].LocatorLED = &no
	c := dial(t, cfg)
	if supported := c.hostProperties("esxi-01.lab", "capability").Capability.TurnDiskLocatorLedSupported; supported == nil || *supported {
		t.Error("the host says that it can")
	}
	_, err := c.turn("esxi-01.lab", true, c.uuids("esxi-01.lab")[d9])
	wantFault[types.NotSupported](t, err, "not supported")
}
