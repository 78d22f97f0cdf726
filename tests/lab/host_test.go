// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"slices"
	"sync"
	"testing"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/pci"
)

func TestHostsShowWhatTheirVersionKnows(t *testing.T) {
	c := dial(t, config.Config{Hosts: []config.Host{
		{Name: "esxi-703", Version: "7.0.3", Cluster: "c"}, {Name: "esxi-801", Version: "8.0.1", Cluster: "c"},
		{Name: "esxi-802", Version: "8.0.2", Cluster: "c"}, {Name: "esxi-803", Version: "8.0.3", RebindWithoutReboot: true},
		{Name: "esxi-901", Version: "9.0.1"},
	}, VMs: []config.VM{}})
	for _, want := range []struct {
		host, hotplug, firmware, class string
		rebind                         bool
		slot                           bool
	}{
		{host: "esxi-703"},
		{host: "esxi-801", hotplug: "true"},
		{host: "esxi-802", hotplug: "true", firmware: "UEFI"},
		{host: "esxi-803", hotplug: "true", firmware: "UEFI", class: "Non-Volatile memory controller", rebind: true},
		// Seen through a vCenter 8.0.3, a newer host has no newer fields.
		{host: "esxi-901", hotplug: "true", firmware: "UEFI", class: "Non-Volatile memory controller"},
	} {
		h := c.hostProperties(want.host, "capability", "hardware", "config.product", "summary")
		hotplug := ""
		if h.Capability.FptHotplugSupported != nil && *h.Capability.FptHotplugSupported {
			hotplug = "true"
		}
		device := nvme(h.Hardware.PciDevice, "0000:d9:00.0")
		if hotplug != want.hotplug || h.Hardware.BiosInfo.FirmwareType != want.firmware ||
			*h.Capability.DeviceRebindWithoutRebootSupported != want.rebind || device.DeviceClassName != want.class ||
			device.PhysicalSlot != 0 {
			t.Errorf("%s: fptHotplugSupported %q, firmwareType %q, rebind %v, deviceClassName %q, physicalSlot %d", want.host,
				hotplug, h.Hardware.BiosInfo.FirmwareType, *h.Capability.DeviceRebindWithoutRebootSupported,
				device.DeviceClassName, device.PhysicalSlot)
		}
		release, err := config.ReleaseOf(h.Config.Product.Version)
		if err != nil || h.Config.Product.ApiVersion != release.API || h.Summary.Config.Product.Version != release.Version {
			t.Errorf("%s: product %s, API %s, in the summary %s", want.host, h.Config.Product.Version,
				h.Config.Product.ApiVersion, h.Summary.Config.Product.Version)
		}
	}
}

func nvme(devices []types.HostPciDevice, address string) types.HostPciDevice {
	at := slices.IndexFunc(devices, func(d types.HostPciDevice) bool { return d.Id == address })
	if at < 0 {
		return types.HostPciDevice{}
	}
	return devices[at]
}

func TestDevicesAreThoseOfTheTable(t *testing.T) {
	c := dial(t, config.Config{})
	h := c.hostProperties("esxi-01.lab", "hardware.pciDevice", "config.pciPassthruInfo")
	// Ids are int16 on the wire: those above 0x7fff arrive as negative numbers.
	d := nvme(h.Hardware.PciDevice, "0000:d9:00.0")
	if d.VendorId != 0x144d || d.DeviceId != -22518 || d.ClassId != pci.ClassNVMe || d.Bus != 0xd9 {
		t.Errorf("0000:d9:00.0 is %+v", d)
	}
	if other := nvme(h.Hardware.PciDevice, "0000:da:00.0"); other.DeviceName != d.DeviceName {
		t.Errorf("d9 is %q and da %q: they should have the same name", d.DeviceName, other.DeviceName)
	}
	if len(h.Hardware.PciDevice) != len(standardDevices)+config.DefaultFreeNVMe {
		t.Errorf("the host has %d devices", len(h.Hardware.PciDevice))
	}
	for _, info := range h.Config.PciPassthruInfo {
		p := info.GetHostPciPassthruInfo()
		if p.PassthruEnabled || p.PassthruActive {
			t.Errorf("passthrough of %s is on at the start", p.Id)
		}
		grouped := p.Id == "0000:5e:00.0" || p.Id == "0000:5f:00.0"
		if want := map[bool]string{true: "0000:5d:00.0", false: p.Id}[grouped]; p.DependentDevice != want {
			t.Errorf("%s depends on %s, want %s", p.Id, p.DependentDevice, want)
		}
	}
}

// TestStorageLeadsFromAddressToUse follows the way of a client: PCI address, adapter, LUN, user of the LUN.
func TestStorageLeadsFromAddressToUse(t *testing.T) {
	c := dial(t, config.Config{})
	config := c.hostProperties("esxi-01.lab", "config").Config
	users := map[string]string{}
	for _, m := range config.FileSystemVolume.MountInfo {
		if volume, ok := m.Volume.(*types.HostVmfsVolume); ok { // boot banks name no disk
			users[volume.Extent[0].DiskName] += volume.Name[:6] + " "
		}
	}
	for _, m := range config.VsanHostConfig.StorageInfo.DiskMapping {
		users[m.Ssd.CanonicalName] += "vsan "
	}
	users[config.ActiveDiagnosticPartition.Id.DiskName] += "coredump "
	luns := map[string]string{}
	for _, lun := range config.StorageDevice.ScsiLun {
		luns[lun.GetScsiLun().Key] = lun.GetScsiLun().CanonicalName
	}
	got := map[string]string{}
	for i, adapter := range config.StorageDevice.ScsiTopology.Adapter {
		hba := config.StorageDevice.HostBusAdapter[i].GetHostHostBusAdapter()
		if hba.Key != adapter.Adapter {
			t.Fatalf("adapter %d of the topology is %s, of the list %s", i, adapter.Adapter, hba.Key)
		}
		name, known := luns[adapter.Target[0].Lun[0].ScsiLun]
		got[hba.Pci] = users[name]
		if !known {
			got[hba.Pci] = "cannot be judged"
		}
	}
	for address, want := range map[string]string{
		"0000:17:00.0": "OSDATA coredump ", "0000:18:00.0": "esxi-0 ", "0000:19:00.0": "vsan ",
		"0000:1a:00.0": "cannot be judged", "0000:5e:00.0": "", "0000:5f:00.0": "esxi-0 ", "0000:d8:00.0": "",
	} {
		if got[address] != want {
			t.Errorf("%s is used by %q, want %q", address, got[address], want)
		}
	}
}

func TestSerialNumbersAreOfTheHostAndBus(t *testing.T) {
	c := dial(t, config.Config{})
	for host, want := range map[string]string{"esxi-01.lab": "S01D9", "esxi-02.lab": "S02D9"} {
		if got := c.serials(host)["0000:d9:00.0"]; got != want {
			t.Errorf("%s: the serial number is %q, want %q", host, got, want)
		}
	}
}

// serials maps PCI addresses to serial numbers, as far as the host tells them.
func (c *vmClient) serials(host string) map[string]string {
	c.t.Helper()
	storage := c.hostProperties(host, "config.storageDevice").Config.StorageDevice
	pci := map[string]string{}
	for _, hba := range storage.HostBusAdapter {
		pci[hba.GetHostHostBusAdapter().Key] = hba.GetHostHostBusAdapter().Pci
	}
	serials := map[string]string{}
	for _, adapter := range storage.NvmeTopology.Adapter {
		for _, controller := range adapter.ConnectedController {
			serials[pci[controller.AssociatedAdapter]] = controller.SerialNumber
		}
	}
	return serials
}

func TestServerSaysWhichVersionItIs(t *testing.T) {
	for version, api := range map[string]string{"": "8.0.3.0", "8.0.1": "8.0.1.0", "7.0.3": "7.0.3.0"} {
		c := dial(t, config.Config{VCenterVersion: version})
		if about := c.vim.ServiceContent.About; about.ApiVersion != api || about.ApiType != "VirtualCenter" {
			t.Errorf("vCenter %q: API %s, type %s", version, about.ApiVersion, about.ApiType)
		}
	}
}

func TestEveryHostHasItsOwnProperties(t *testing.T) {
	c := dial(t, config.Config{})
	if err := c.togglePassthru("esxi-02.lab", enable("0000:d9:00.0")); err != nil {
		t.Fatal(err)
	}
	if state := c.passthru("esxi-01.lab")["0000:d9:00.0"]; state != "" {
		t.Errorf("a change of one host shows on another: %q", state)
	}
	var hosts []mo.HostSystem
	refs := []types.ManagedObjectReference{c.host("esxi-01.lab").Reference(), c.host("esxi-02.lab").Reference()}
	c.must(property.DefaultCollector(c.vim).Retrieve(c.ctx, refs, []string{"hardware.systemInfo.uuid"}, &hosts))
	if hosts[0].Hardware.SystemInfo.Uuid == hosts[1].Hardware.SystemInfo.Uuid {
		t.Error("two hosts have the same id")
	}
}

func TestRescanInventsNothing(t *testing.T) {
	c := dial(t, config.Config{})
	system := c.hostProperties("esxi-01.lab", "configManager").ConfigManager.StorageSystem
	before := len(c.serials("esxi-01.lab"))
	if _, err := methods.RescanAllHba(c.ctx, c.vim, &types.RescanAllHba{This: *system}); err != nil {
		t.Fatal(err)
	}
	if after := len(c.serials("esxi-01.lab")); after != before {
		t.Errorf("a rescan changes the number of disks from %d to %d", before, after)
	}
	var s mo.HostStorageSystem
	c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, *system, []string{"storageDeviceInfo"}, &s))
	if n := len(s.StorageDeviceInfo.HostBusAdapter); n != before {
		t.Errorf("the storage system has %d adapters, the host %d disks", n, before)
	}
}

// Two changes at the same time must not leave the properties in the state of the first.
func TestPropertiesFollowConcurrentChanges(t *testing.T) {
	c := dial(t, config.Config{})
	var wait sync.WaitGroup
	for n := range config.DefaultFreeNVMe {
		wait.Go(func() {
			if err := c.togglePassthru("esxi-02.lab", enable(freeAddress(n))); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	state := c.passthru("esxi-02.lab")
	for n := range config.DefaultFreeNVMe {
		if state[freeAddress(n)] != "active" {
			t.Errorf("passthrough of %s is %q", freeAddress(n), state[freeAddress(n)])
		}
	}
}
