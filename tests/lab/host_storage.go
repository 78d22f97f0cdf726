// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"crypto/sha256"
	"fmt"

	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/pci"
)

const (
	diskBlock = 512
	firmware  = "1.0.3" // of every drive
)

// defaultBlocks is the size of a disk that the configuration says nothing else of.
var defaultBlocks, _ = blocksOf(1920)

// blocksOf is the size of a disk of so many GB in blocks: what manufacturers have agreed on (IDEMA LBA1-03), from 50 GB.
func blocksOf(gb int64) (int64, error) {
	const smallest, largest = 50, 1 << 17
	if gb < smallest || gb > largest {
		return 0, fmt.Errorf("a drive of %d GB is not one from %d to %d GB", gb, smallest, largest)
	}
	return 97696368 + 1953504*(gb-smallest), nil
}

// storageView is what a host says about its NVMe disks. A device that is passed through is in none of it: ESXi's
// driver has released it.
type storageView struct {
	device     *types.HostStorageDeviceInfo
	volumes    []types.HostFileSystemMountInfo
	vsan       *types.VsanHostConfigInfoStorageInfo
	diagnostic *types.HostDiagnosticPartition
}

// storageProperties builds the view. Lab.mu must be held.
func (h *hostState) storageProperties() storageView {
	v := storageView{
		device: &types.HostStorageDeviceInfo{
			ScsiTopology: &types.HostScsiTopology{},
			NvmeTopology: &types.HostNvmeTopology{},
		},
		vsan: &types.VsanHostConfigInfoStorageInfo{AutoClaimStorage: types.NewBool(false)},
	}
	osData := h.withOSData()
	for _, d := range h.devices {
		if d.hasDriver() {
			v.add(d, d == osData)
		}
	}
	return v
}

// add describes one disk: adapter, controller, LUN and who uses it.
func (v *storageView) add(d *pciDevice, osData bool) {
	hba := d.hba()
	v.device.HostBusAdapter = append(v.device.HostBusAdapter, &types.HostPcieHba{HostHostBusAdapter: hba})
	v.device.NvmeTopology.Adapter = append(v.device.NvmeTopology.Adapter, types.HostNvmeTopologyInterface{
		Key: "key-vim.host.NvmeTopology.Interface-" + d.adapter, Adapter: hba.Key,
		ConnectedController: []types.HostNvmeController{d.nvmeController(hba.Key)},
	})
	disk := d.disk()
	v.device.ScsiTopology.Adapter = append(v.device.ScsiTopology.Adapter, types.HostScsiTopologyInterface{
		Key: "key-vim.host.ScsiTopology.Interface-" + d.adapter, Adapter: hba.Key,
		Target: []types.HostScsiTopologyTarget{{
			Key: fmt.Sprintf("key-vim.host.ScsiTopology.Target-%s:0:0", d.adapter),
			Lun: []types.HostScsiTopologyLun{{
				Key: "key-vim.host.ScsiTopology.Lun-" + disk.Uuid, ScsiLun: disk.Key,
			}},
			Transport: &types.HostPcieTargetTransport{},
		}},
	})
	if d.use == useUnknown {
		return // the topology names a LUN that the host does not list, so its use cannot be judged
	}
	v.device.ScsiLun = append(v.device.ScsiLun, disk)
	if !d.detached {
		v.use(d, disk, osData)
	}
}

// use shows who uses a disk.
func (v *storageView) use(d *pciDevice, disk *types.HostScsiDisk, osData bool) {
	partition := func(n int32) types.HostScsiDiskPartition {
		return types.HostScsiDiskPartition{DiskName: disk.CanonicalName, Partition: n}
	}
	if osData {
		v.volumes = append(v.volumes, vmfsVolume("OSDATA-"+d.volumeUUID(), "VMFS-L", d, partition(osDataPartition)))
		v.diagnostic = &types.HostDiagnosticPartition{
			StorageType:    string(types.DiagnosticPartitionStorageTypeDirectAttached),
			DiagnosticType: string(types.DiagnosticPartitionTypeSingleHost), Slots: 1, Id: partition(osDataPartition),
		}
	}
	switch d.use {
	case useBoot:
		v.volumes = append(v.volumes, d.bootBank(1), d.bootBank(2))
	case useVMFS:
		v.volumes = append(v.volumes, vmfsVolume(d.datastore, "VMFS", d, partition(1)))
	case useVSAN:
		v.vsan.DiskMapping = append(v.vsan.DiskMapping, types.VsanHostDiskMapping{Ssd: *disk, NonSsd: []types.HostScsiDisk{}})
	}
}

// bootBank is one of the two volumes that ESXi boots from. They have no extents, so that nothing about them names a
// disk.
func (d *pciDevice) bootBank(n int) types.HostFileSystemMountInfo {
	const capacity = 4 << 30
	return types.HostFileSystemMountInfo{
		MountInfo: types.HostMountInfo{
			Path:       "/vmfs/volumes/" + hostUUID(fmt.Sprintf("bootbank%d/%s", n, d.serial)),
			AccessMode: string(types.HostMountModeReadWrite), Mounted: types.NewBool(true), Accessible: types.NewBool(true),
		},
		Volume: &types.HostVfatVolume{HostFileSystemVolume: types.HostFileSystemVolume{
			Type: string(types.HostFileSystemVolumeFileSystemTypeOTHER), Name: fmt.Sprintf("BOOTBANK%d", n), Capacity: capacity,
		}},
	}
}

func (d *pciDevice) hba() types.HostHostBusAdapter {
	_, bus, _, _ := pci.ParseAddress(d.address)
	return types.HostHostBusAdapter{
		Key: "key-vim.host.PcieHba-" + d.adapter, Device: d.adapter, Bus: int32(bus), Status: "unknown",
		Model: d.kind.name, Driver: "nvme_pcie", Pci: d.address, StorageProtocol: "nvme",
	}
}

func (d *pciDevice) nvmeController(hba string) types.HostNvmeController {
	name := fmt.Sprintf("nqn.2014-08.org.nvmexpress:uuid:%s", d.volumeUUID())
	number := int32(d.controller)
	return types.HostNvmeController{
		Key: fmt.Sprintf("key-vim.host.NvmeController-%d", number), ControllerNumber: number, Subnqn: name,
		Name: fmt.Sprintf("%s#%s#%s", name, d.adapter, d.serial), AssociatedAdapter: hba,
		TransportType: string(types.HostNvmeTransportTypePcie), NumberOfQueues: 64, QueueSize: 1024,
		VendorId: fmt.Sprintf("0x%04x", d.kind.vendor), Model: d.kind.model, SerialNumber: d.serial, FirmwareVersion: firmware,
		AttachedNamespace: []types.HostNvmeNamespace{{
			Key:  fmt.Sprintf("key-vim.host.NvmeNamespace-%s@%d", d.canonicalName(), number),
			Name: d.canonicalName(), Id: 1, BlockSize: diskBlock, CapacityInBlocks: d.blocks,
		}},
	}
}

func (d *pciDevice) disk() *types.HostScsiDisk {
	state := types.ScsiLunStateOk
	if d.detached {
		state = types.ScsiLunStateOff
	}
	name := d.canonicalName()
	path := "/vmfs/devices/disks/" + name
	uuid := "03" + d.digest()[:40]
	return &types.HostScsiDisk{
		ScsiLun: types.ScsiLun{
			HostDevice:    types.HostDevice{DeviceName: path, DeviceType: "disk"},
			Key:           "key-vim.host.ScsiDisk-" + uuid,
			Uuid:          uuid,
			CanonicalName: name,
			DisplayName:   fmt.Sprintf("Local NVMe Disk (%s)", name),
			LunType:       "disk",
			Vendor:        "NVMe",
			Model:         d.kind.model,
			// SerialNumber stays empty: for NVMe disks the controller has it.
			OperationalState: []string{string(state)},
		},
		Capacity:   types.HostDiskDimensionsLba{BlockSize: diskBlock, Block: d.blocks},
		DevicePath: path,
		Ssd:        types.NewBool(true),
		LocalDisk:  types.NewBool(true),
	}
}

func vmfsVolume(name, kind string, d *pciDevice, extent types.HostScsiDiskPartition) types.HostFileSystemMountInfo {
	uuid := d.volumeUUID()
	return types.HostFileSystemMountInfo{
		MountInfo: types.HostMountInfo{
			Path: "/vmfs/volumes/" + uuid, AccessMode: string(types.HostMountModeReadWrite),
			Mounted: types.NewBool(true), Accessible: types.NewBool(true),
		},
		Volume: &types.HostVmfsVolume{
			HostFileSystemVolume: types.HostFileSystemVolume{Type: kind, Name: name, Capacity: d.blocks * diskBlock},
			BlockSizeMb:          1, MaxBlocks: 63963136, MajorVersion: 6, Version: "6.82", Uuid: uuid,
			Extent: []types.HostScsiDiskPartition{extent}, Ssd: types.NewBool(true), Local: types.NewBool(true),
		},
		VStorageSupport: string(types.FileSystemMountInfoVStorageSupportStatusVStorageUnsupported),
	}
}

// digest is what ids of a disk are made of: the same in every run, different for every disk.
func (d *pciDevice) digest() string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(d.kind.model+d.serial)))
}

func (d *pciDevice) canonicalName() string { return "eui." + d.digest()[:32] }

func (d *pciDevice) volumeUUID() string {
	s := d.digest()
	return fmt.Sprintf("%s-%s-%s-%s", s[:8], s[8:16], s[16:20], s[20:32])
}
