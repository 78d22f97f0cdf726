// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/pci"
)

// target is what VMs on a host may get, by address: "pciPassthrough", "sriov".
func (c *vmClient) target(host string) map[string]string {
	c.t.Helper()
	ref := c.host(host).Reference()
	pool, err := c.host(host).ResourcePool(c.ctx)
	c.must(err)
	owner, err := pool.Owner(c.ctx)
	c.must(err)
	var resource mo.ComputeResource
	c.must(pool.Properties(c.ctx, owner.Reference(), []string{"environmentBrowser"}, &resource))
	res, err := methods.QueryConfigTarget(c.ctx, c.vim, &types.QueryConfigTarget{This: *resource.EnvironmentBrowser, Host: &ref})
	c.must(err)
	found := map[string]string{}
	for _, info := range res.Returnval.PciPassthrough {
		found[info.GetVirtualMachinePciPassthroughInfo().PciDevice.Id] += "pciPassthrough"
	}
	for _, info := range res.Returnval.Sriov {
		if info.VirtualFunction {
			c.t.Errorf("%s is a virtual function", info.PciDevice.Id)
		}
		found[info.PciDevice.Id] += "sriov"
	}
	return found
}

func TestSRIOVDevicesAreOfferedInAListOfTheirOwn(t *testing.T) {
	c := dial(t, withDevices(config.Device{Address: d9, SRIOV: true}))
	c.must(c.togglePassthru("esxi-01.lab", enable(d9), enable(da)))
	if got := c.target("esxi-01.lab"); len(got) != 2 || got[d9] != "sriov" || got[da] != "pciPassthrough" {
		t.Errorf("offered are %v", got)
	}
	for _, info := range c.hostProperties("esxi-01.lab", "config.pciPassthruInfo").Config.PciPassthruInfo {
		if sriov, ok := info.(*types.HostSriovInfo); ok != (info.GetHostPciPassthruInfo().Id == d9) || ok && !sriov.SriovCapable {
			t.Errorf("%s is %T", info.GetHostPciPassthruInfo().Id, info)
		}
	}
}

func TestDevicesBehindVMDAndInNoSlot(t *testing.T) {
	const vmd = "10000:e1:00.0"
	none := -1
	cfg := withDevices(config.Device{Address: vmd, Serial: "V1"}, config.Device{Address: d9, Slot: &none, SlotDescription: "NIC2"})
	cfg.Hosts[0].Version, cfg.VCenterVersion = "9.0.1", "9.0.1"
	cfg.VMs = []config.VM{{Name: "vm", Power: config.PoweredOn, Firmware: config.FirmwareEFI, Layout: config.LayoutACPI, MemLocked: true, FptHotplug: true}}
	c := dial(t, cfg)
	const host = "esxi-01.lab"
	devices := c.hostProperties(host, "hardware").Hardware.PciDevice
	if d := nvme(devices, d9); d.PhysicalSlot != -1 || d.SlotDescription != "NIC2" {
		t.Errorf("the slot is %d %q", d.PhysicalSlot, d.SlotDescription)
	}
	if d := nvme(devices, vmd); d.Bus != 0xe1 || c.serials(host)[vmd] != "V1" {
		t.Errorf("the device behind VMD is %+v", d)
	}
	for _, row := range c.esxcli(host, "hardware", "pci", "list") {
		if row.Value("Address") == vmd && row.Value("Segment") != "65536" {
			t.Errorf("esxcli has segment %s", row.Value("Segment"))
		}
	}
	c.must(c.togglePassthru(host, enable(vmd)))
	if got := c.target(host); got[vmd] != "pciPassthrough" {
		t.Errorf("offered are %v", got)
	}
	c.must(c.reconfigure("vm", add(c.device(host, vmd))))
	if got := c.attached("vm"); len(got) != 1 || pci.BackingOf(got[0]).Id != vmd {
		t.Errorf("the VM has %v", got)
	}
}

func TestADriveWithoutAnAdapter(t *testing.T) {
	no := false
	c := dial(t, withDevices(config.Device{Address: d9, Adapter: &no}))
	_, err := c.server.lab.Load().insert(Insertion{Host: "esxi-01.lab", Address: "0000:e0:00.0", NoAdapter: true})
	c.must(err)
	device := c.hostProperties("esxi-01.lab", "config.storageDevice").Config.StorageDevice
	for _, hba := range device.HostBusAdapter {
		if pci := hba.GetHostHostBusAdapter().Pci; pci == d9 || pci == "0000:e0:00.0" {
			t.Errorf("%s has the adapter %s", pci, hba.GetHostHostBusAdapter().Device)
		}
	}
	devices := c.hostProperties("esxi-01.lab", "hardware").Hardware.PciDevice
	for _, address := range []string{d9, "0000:e0:00.0"} {
		if nvme(devices, address).Id != address {
			t.Errorf("there is no device at %s", address)
		}
	}
}

func TestPassthroughOfADeviceInUseCanBePending(t *testing.T) {
	cfg := quick(withDevices(config.Device{Address: d9}))
	cfg.Settings.PassthroughInUse = config.InUsePending
	cfg.Hosts[0].PassthroughEnabled = []string{d9}
	cfg.VMs = []config.VM{{Name: "vm", Power: config.PoweredOn, Firmware: config.FirmwareEFI, Layout: config.LayoutACPI, MemLocked: true,
		FptHotplug: true, Passthrough: []string{d9}}}
	c := dial(t, cfg)
	const host = "esxi-01.lab"
	for range 2 { // asking again does not take it
		c.must(c.togglePassthru(host, disable(d9), enable(bootDisk), enable(da)))
		state := c.passthru(host)
		if state[d9] != "pending" || state[bootDisk] != "pending" || state[da] != "active" {
			t.Fatalf("passthrough is %q, %q, %q", state[d9], state[bootDisk], state[da])
		}
	}
	if c.hostProperties(host, "config").Config.ActiveDiagnosticPartition == nil {
		t.Error("the host has lost its boot disk already")
	}
}

func TestMembersOfAGroupCanDiffer(t *testing.T) {
	no, yes := false, true
	c := dial(t, withDevices(
		config.Device{Address: "0000:5e:00.0", PassthroughEnabled: &yes, PassthroughActive: &yes},
		config.Device{Address: d9, DependentDevice: "0000:3b:00.0"},
		config.Device{Address: da, DependentDevice: "0000:3b:00.0", Capable: &no}))
	c.must(c.togglePassthru("esxi-01.lab", enable(d9)))
	state := c.passthru("esxi-01.lab")
	for address, want := range map[string]string{
		"0000:5e:00.0": "active", "0000:5f:00.0": "", d9: "active", "0000:3b:00.0": "active", da: "",
	} {
		if state[address] != want {
			t.Errorf("passthrough of %s is %q, want %q", address, state[address], want)
		}
	}
}

func TestAHostWithoutNVMeDevices(t *testing.T) {
	no, none := false, 0
	c := dial(t, config.Config{Hosts: []config.Host{{Name: "a", OwnNVMe: &no, FreeNVMe: &none}}})
	host := c.hostProperties("a", "hardware.pciDevice", "config.storageDevice", "config.activeDiagnosticPartition")
	for _, d := range host.Hardware.PciDevice {
		if d.ClassId == pci.ClassNVMe {
			t.Errorf("%s is an NVMe device", d.Id)
		}
	}
	if len(host.Hardware.PciDevice) != 3 || len(host.Config.StorageDevice.ScsiLun) != 0 {
		t.Errorf("%d devices, %d disks", len(host.Hardware.PciDevice), len(host.Config.StorageDevice.ScsiLun))
	}
	if rows := c.esxcli("a", "nvme", "device", "list"); len(rows) != 0 {
		t.Errorf("esxcli has %v", rows)
	}
}
