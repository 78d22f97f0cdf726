// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/esxcli"
	"directpath.nvme/lab/fault"
)

// What a host tells of its disks when it is asked: which one it boots from, their partitions, and copies of VMFS
// volumes that it does not mount.

func (l *Lab) overrideDisks() {
	l.override("RetrieveDiskPartitionInfo", l.retrieveDiskPartitionInfo)
	l.override("QueryUnresolvedVmfsVolumes", l.queryUnresolvedVmfsVolumes)
	l.override("QueryUnresolvedVmfsVolume", l.queryUnresolvedVmfsVolume)
}

// hasDisk: ESXi's own driver has the device, and shows a disk behind it.
func (d *pciDevice) hasDisk() bool {
	return d.hasDriver() && d.use != useUnknown
}

// disksOf calls f for each device of a host that has a disk.
func (l *Lab) disksOf(h *hostState, f func(*pciDevice)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range h.devices {
		if d.hasDisk() {
			f(d)
		}
	}
}

// storageDeviceList is esxcli storage core device list [-d device]: the only place where a host names its boot disk.
func storageDeviceList(l *Lab, h *hostState, args map[string]string) ([]esxcli.Row, error) {
	var rows []esxcli.Row
	l.disksOf(h, func(d *pciDevice) {
		if wanted := args["device"]; wanted == "" || wanted == d.canonicalName() {
			rows = append(rows, d.storageRow())
		}
	})
	if wanted := args["device"]; wanted != "" && len(rows) == 0 {
		return nil, &esxcli.Refusal{Text: fmt.Sprintf("Unable to find device with name %s", wanted)}
	}
	return rows, nil
}

func (d *pciDevice) storageRow() esxcli.Row {
	disk, status := d.disk(), "on"
	if d.detached {
		status = "off"
	}
	return esxcli.Row{
		disk.DevicePath, disk.CanonicalName, "Direct-Access", disk.DisplayName, strconv.FormatBool(d.use == useBoot), "true",
		"false", "true", disk.Model, strconv.FormatInt(d.blocks*diskBlock>>20, 10), status, disk.Vendor,
	}
}

// partition is an entry of a disk's partition table. Sizes are not real.
type partition struct {
	number     int32
	kind, guid string
}

// Types of partitions in a GUID partition table, as ESXi writes them.
const (
	guidEFI   = "C12A7328F81F11D2BA4B00A0C93EC93B"
	guidData  = "EBD0A0A2B9E5443387C068B6B72699C7" // boot banks
	guidVMFSL = "4EB2EA3978554790A79EFAE495E21F8D" // ESX-OSData
	guidVMFS  = "AA31E02A400F11DB9590000C2911D1B8"
	guidVSAN  = "381CFCCC728811E092EE000C2911D0B2"
	guidLinux = "0FC63DAF848347728E793D69D8477DE4"
)

// The words for partitions are those of HostDiskPartitionInfoType where it has one. For the others nobody published
// what a host says: "none" is a guess.
const (
	partitionNone  = string(types.HostDiskPartitionInfoTypeNone)
	partitionVMFS  = string(types.HostDiskPartitionInfoTypeVmfs)
	partitionLinux = string(types.HostDiskPartitionInfoTypeLinuxNative)
)

const osDataPartition = 7

// partitions are what is on a disk. osData: ESX-OSData is on it.
func (d *pciDevice) partitions(osData bool) []partition {
	var list []partition
	switch d.use {
	case useBoot:
		list = []partition{{1, partitionNone, guidEFI}, {5, partitionNone, guidData}, {6, partitionNone, guidData}}
	case useVMFS, useVMFSCopy:
		list = []partition{{1, partitionVMFS, guidVMFS}}
	case useVSAN:
		list = []partition{{1, partitionNone, guidVSAN}, {2, partitionNone, guidVSAN}}
	case usePartitions:
		list = []partition{{1, partitionNone, guidEFI}, {2, partitionLinux, guidLinux}}
	}
	if osData {
		list = append(list, partition{osDataPartition, partitionNone, guidVMFSL})
	}
	return list
}

// partitionInfo is the partition table of a disk.
func (d *pciDevice) partitionInfo(osData bool) types.HostDiskPartitionInfo {
	const first, size = 2048, 1 << 22
	lba := func(block int64) types.HostDiskDimensionsLba {
		return types.HostDiskDimensionsLba{BlockSize: diskBlock, Block: block}
	}
	total := lba(d.blocks)
	info := types.HostDiskPartitionInfo{
		DeviceName: d.disk().DevicePath,
		Spec:       types.HostDiskPartitionSpec{TotalSectors: d.blocks},
		Layout:     types.HostDiskPartitionLayout{Total: &total, Partition: []types.HostDiskPartitionBlockRange{}},
	}
	list := d.partitions(osData)
	if len(list) > 0 {
		info.Spec.PartitionFormat = string(types.HostDiskPartitionInfoPartitionFormatGpt)
	}
	for i, p := range list {
		start := int64(first + i*size)
		info.Spec.Partition = append(info.Spec.Partition, types.HostDiskPartitionAttributes{
			Partition: p.number, StartSector: start, EndSector: start + size - 1, Type: p.kind, Guid: p.guid,
		})
		info.Layout.Partition = append(info.Layout.Partition, types.HostDiskPartitionBlockRange{
			Partition: p.number, Type: p.kind, Start: lba(start), End: lba(start + size - 1),
		})
	}
	return info
}

// hostOfManager is the host that a storage or datastore system belongs to, if it can be reached.
func (l *Lab) hostOfManager(c *Call) (*hostState, error) {
	var ref types.ManagedObjectReference
	switch system := c.Ctx.Map.Get(c.This).(type) {
	case *simulator.HostStorageSystem:
		ref = system.Host.Self
	case *simulator.HostDatastoreSystem:
		ref = system.Host.Self
	default:
		return nil, fault.NotFound(c.This)
	}
	h, err := l.hostOf(ref)
	if err != nil {
		return nil, err
	}
	return h, l.reachable(c.Ctx, ref)
}

// retrieveDiskPartitionInfo answers for the disks that the host has and that are not detached; what a real host says
// of others is not published, so that they are left out is a guess.
func (l *Lab) retrieveDiskPartitionInfo(c *Call) soap.HasFault {
	h, err := l.hostOfManager(c)
	if err != nil {
		return c.fault(err)
	}
	res := &types.RetrieveDiskPartitionInfoResponse{}
	wanted := c.Body.(*types.RetrieveDiskPartitionInfo).DevicePath
	l.disksOf(h, func(d *pciDevice) {
		if !d.detached && slices.Contains(wanted, d.disk().DevicePath) {
			res.Returnval = append(res.Returnval, d.partitionInfo(d == h.withOSData()))
		}
	})
	return &methods.RetrieveDiskPartitionInfoBody{Res: res}
}

func (l *Lab) queryUnresolvedVmfsVolumes(c *Call) soap.HasFault {
	copies, err := l.vmfsCopies(c)
	if err != nil {
		return c.fault(err)
	}
	return &methods.QueryUnresolvedVmfsVolumesBody{Res: &types.QueryUnresolvedVmfsVolumesResponse{Returnval: copies}}
}

// queryUnresolvedVmfsVolume is the same question to the storage system.
func (l *Lab) queryUnresolvedVmfsVolume(c *Call) soap.HasFault {
	copies, err := l.vmfsCopies(c)
	if err != nil {
		return c.fault(err)
	}
	return &methods.QueryUnresolvedVmfsVolumeBody{Res: &types.QueryUnresolvedVmfsVolumeResponse{Returnval: copies}}
}

// vmfsCopies are the VMFS volumes that a host sees and does not mount, because they say that they belong to another
// disk.
func (l *Lab) vmfsCopies(c *Call) ([]types.HostUnresolvedVmfsVolume, error) {
	h, err := l.hostOfManager(c)
	if err != nil {
		return nil, err
	}
	var copies []types.HostUnresolvedVmfsVolume
	l.disksOf(h, func(d *pciDevice) {
		if d.use == useVMFSCopy && !d.detached {
			copies = append(copies, d.vmfsCopy())
		}
	})
	return copies, nil
}

func (d *pciDevice) vmfsCopy() types.HostUnresolvedVmfsVolume {
	const blocks = 1 << 20
	disk := d.disk()
	return types.HostUnresolvedVmfsVolume{
		VmfsLabel: "datastore1", VmfsUuid: d.volumeUUID(), TotalBlocks: blocks,
		Extent: []types.HostUnresolvedVmfsExtent{{
			Device:     types.HostScsiDiskPartition{DiskName: disk.CanonicalName, Partition: 1},
			DevicePath: disk.DevicePath, VmfsUuid: d.volumeUUID(), IsHeadExtent: true, EndBlock: blocks - 1,
			Reason: string(types.HostUnresolvedVmfsExtentUnresolvedReasonDiskIdMismatch),
		}},
		ResolveStatus: types.HostUnresolvedVmfsVolumeResolveStatus{
			Resolvable: true, IncompleteExtents: types.NewBool(false), MultipleCopies: types.NewBool(false),
		},
	}
}
