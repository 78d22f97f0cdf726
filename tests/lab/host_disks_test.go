// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"slices"
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

const (
	bootDisk = "0000:17:00.0"
	vmfsDisk = "0000:18:00.0"
	da       = "0000:da:00.0"
	db       = "0000:db:00.0"
	dc       = "0000:dc:00.0"
)

// withDevices is one host whose devices are changed.
func withDevices(devices ...config.Device) config.Config {
	return config.Config{VMs: []config.VM{}, Hosts: []config.Host{{Name: "esxi-01.lab", Version: "8.0.3", Cluster: "c",
		RebindWithoutReboot: true, Devices: devices}}}
}

func used(address, use string) config.Device { return config.Device{Address: address, Use: &use} }

// disks are the canonical names of a host's disks by PCI address.
func (c *vmClient) disks(host string) map[string]string {
	c.t.Helper()
	names, addresses := map[string]string{}, map[string]string{}
	device := c.hostProperties(host, "config.storageDevice").Config.StorageDevice
	for _, hba := range device.HostBusAdapter {
		addresses[hba.GetHostHostBusAdapter().Key] = hba.GetHostHostBusAdapter().Pci
	}
	for _, adapter := range device.NvmeTopology.Adapter {
		for _, controller := range adapter.ConnectedController {
			names[addresses[controller.AssociatedAdapter]] = controller.AttachedNamespace[0].Name
		}
	}
	return names
}

// partitionTypes are the numbers of the partitions of a disk by their type.
func (c *vmClient) partitionTypes(host, disk string) map[int32]string {
	c.t.Helper()
	system := c.hostProperties(host, "configManager").ConfigManager.StorageSystem
	res, err := methods.RetrieveDiskPartitionInfo(c.ctx, c.vim, &types.RetrieveDiskPartitionInfo{
		This: *system, DevicePath: []string{"/vmfs/devices/disks/" + disk}})
	c.must(err)
	if len(res.Returnval) == 0 {
		return nil
	}
	found := map[int32]string{}
	for _, p := range res.Returnval[0].Spec.Partition {
		found[p.Partition] = p.Type
	}
	return found
}

func TestOSDataOnAnotherDiskLeavesTheBootDiskWithoutATrace(t *testing.T) {
	c := dial(t, withDevices(used(d9, "osdata")))
	disks := c.disks("esxi-01.lab")
	config := c.hostProperties("esxi-01.lab", "config").Config
	var banks []string
	for _, mount := range config.FileSystemVolume.MountInfo {
		switch volume := mount.Volume.(type) {
		case *types.HostVfatVolume:
			banks = append(banks, volume.Name)
		case *types.HostVmfsVolume:
			if volume.Type == "VMFS-L" && volume.Extent[0].DiskName != disks[d9] {
				t.Errorf("OSDATA is on %s, want %s", volume.Extent[0].DiskName, disks[d9])
			}
			if volume.Extent[0].DiskName == disks[bootDisk] {
				t.Errorf("the volume %s names the boot disk", volume.Name)
			}
		}
	}
	if !slices.Equal(banks, []string{"BOOTBANK1", "BOOTBANK2"}) {
		t.Errorf("the boot banks are %v", banks)
	}
	if disk := config.ActiveDiagnosticPartition.Id.DiskName; disk != disks[d9] {
		t.Errorf("the coredump goes to %s", disk)
	}
	for _, row := range c.esxcli("esxi-01.lab", "storage", "core", "device", "list") {
		if boots := row.Value("IsBootDevice") == "true"; boots != (row.Value("Device") == disks[bootDisk]) {
			t.Errorf("esxcli says of %s: boot device %t", row.Value("Device"), boots)
		}
	}
	wantFault[types.HostConfigFault](t, c.togglePassthru("esxi-01.lab", enable(d9)), "in use by the host")
}

func TestOSDataIsOnTheBootDiskOtherwise(t *testing.T) {
	c := dial(t, withDevices())
	disks := c.disks("esxi-01.lab")
	if disk := c.hostProperties("esxi-01.lab", "config").Config.ActiveDiagnosticPartition.Id.DiskName; disk != disks[bootDisk] {
		t.Errorf("the coredump goes to %s", disk)
	}
	if got := len(c.partitionTypes("esxi-01.lab", disks[bootDisk])); got != 4 {
		t.Errorf("the boot disk has %d partitions", got)
	}
	if rows := c.esxcli("esxi-01.lab", "storage", "core", "device", "list", "-d", disks[d9]); len(rows) != 1 ||
		rows[0].Value("Status") != "on" {
		t.Errorf("esxcli lists %v", rows)
	}
	if _, err := c.runESXCLI("esxi-01.lab", "storage", "core", "device", "list", "-d", "eui.0"); err == nil {
		t.Error("esxcli lists a disk that is not there")
	}
}

func TestADeviceThatLeavesTakesOSDataWithIt(t *testing.T) {
	on := true
	c := dial(t, withDevices(config.Device{Address: bootDisk, PassthroughEnabled: &on, PassthroughActive: &on}))
	config := c.hostProperties("esxi-01.lab", "config").Config
	if config.ActiveDiagnosticPartition != nil {
		t.Error("the coredump goes to a disk that ESXi does not have")
	}
	for _, mount := range config.FileSystemVolume.MountInfo {
		if kind := mount.Volume.GetHostFileSystemVolume().Type; kind != "VMFS" {
			t.Errorf("there is a volume of type %s", kind)
		}
	}
}

func TestWhatNobodyMounted(t *testing.T) {
	c := dial(t, withDevices(used(d9, "vmfs_copy"), used(da, "partitions"), config.Device{Address: db, Detached: true}))
	const host = "esxi-01.lab"
	disks := c.disks(host)
	manager := c.hostProperties(host, "configManager").ConfigManager
	copies, err := methods.QueryUnresolvedVmfsVolumes(c.ctx, c.vim, &types.QueryUnresolvedVmfsVolumes{This: *manager.DatastoreSystem})
	c.must(err)
	if len(copies.Returnval) != 1 || copies.Returnval[0].Extent[0].Device.DiskName != disks[d9] {
		t.Errorf("the VMFS copies are %v", copies.Returnval)
	}
	same, err := methods.QueryUnresolvedVmfsVolume(c.ctx, c.vim, &types.QueryUnresolvedVmfsVolume{This: *manager.StorageSystem})
	c.must(err)
	if len(same.Returnval) != 1 {
		t.Errorf("the storage system knows %d copies", len(same.Returnval))
	}
	for address, want := range map[string]map[int32]string{
		d9: {1: "vmfs"}, da: {1: "none", 2: "linuxNative"}, dc: {}, vmfsDisk: {1: "vmfs"}, db: nil,
	} {
		got := c.partitionTypes(host, disks[address])
		if len(got) != len(want) || (got == nil) != (want == nil) || got[1] != want[1] || got[2] != want[2] {
			t.Errorf("the partitions of %s are %v, want %v", address, got, want)
		}
	}
	for _, lun := range c.hostProperties(host, "config.storageDevice").Config.StorageDevice.ScsiLun {
		want := "ok"
		if lun.GetScsiLun().CanonicalName == disks[db] {
			want = "off"
		}
		if got := lun.GetScsiLun().OperationalState[0]; got != want {
			t.Errorf("%s is %s", lun.GetScsiLun().CanonicalName, got)
		}
	}
	// None of it keeps the host from giving the device away.
	c.must(c.togglePassthru(host, enable(d9), enable(da), enable(db)))
}

func TestConfigurationOfDevicesIsChecked(t *testing.T) {
	for _, cfg := range []config.Device{
		{Address: "0000:77:00"}, used(d9, "swap"), used("0000:3b:00.0", "vmfs"), used(d9, "boot"),
		{Address: d9, VendorDevice: "8086:0a54"}, {Address: "0000:77:00.0", VendorDevice: "8086:9999"},
	} {
		if l, err := New(withDevices(cfg)); err == nil {
			_ = l.Close()
			t.Errorf("%+v is accepted", cfg)
		}
	}
}
