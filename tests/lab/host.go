// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/fault"
)

// hostState is what the lab knows of a host beyond its properties. It is guarded by Lab.mu; the fields above the blank
// line never change. The properties of the host that show it are made by publish, and only there.
type hostState struct {
	ref     types.ManagedObjectReference
	name    string
	index   int // 1 for the first host of the inventory
	cfg     config.Host
	release config.Release

	devices        []*pciDevice // by address
	lastController int
	kernel         []*kernelSetting // by name
	rebooting      bool
	bays           []*bay // see host_slots.go
	// published are the properties as publish has last made them, by path. The host's own lock guards it.
	published map[string]any
}

// hostOf returns the state of a host.
func (l *Lab) hostOf(ref types.ManagedObjectReference) (*hostState, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h, ok := l.hosts[ref]
	if !ok {
		return nil, fault.NotFound(ref)
	}
	return h, nil
}

// hostStates lists the hosts of the inventory in the order of the configuration.
func (l *Lab) hostStates() []*hostState {
	l.mu.Lock()
	list := slices.SortedFunc(maps.Values(l.hosts), func(a, b *hostState) int { return cmp.Compare(a.index, b.index) })
	l.mu.Unlock()
	return slices.DeleteFunc(list, func(h *hostState) bool { // clients can remove hosts
		return l.service.Context.Map.Get(h.ref) == nil
	})
}

// hostNamed returns the state of the host of that name; where names repeat, the first.
func (l *Lab) hostNamed(name string) (*hostState, error) {
	for _, h := range l.hostStates() {
		if h.name == name {
			return h, nil
		}
	}
	return nil, fmt.Errorf("there is no host %q", name)
}

// reachable refuses calls to a host that vCenter has lost, or that is on its way through a reboot.
func (l *Lab) reachable(ctx *simulator.Context, ref types.ManagedObjectReference) error {
	host, err := get[*simulator.HostSystem](ctx, ref)
	if err != nil {
		return err
	}
	connected := false
	l.locked(ctx, host, func() {
		connected = host.Runtime.ConnectionState == types.HostSystemConnectionStateConnected
	})
	if !connected {
		return fault.New(&types.HostNotConnected{}, "Unable to communicate with the remote host, since it is disconnected.")
	}
	return nil
}

// publish makes the properties of a host show its devices, and tells everyone who waits for them. The properties are
// made while the host is locked, so that of two changes the later one is what is seen. What is as before is not told.
func (l *Lab) publish(ctx *simulator.Context, h *hostState) {
	host, err := get[*simulator.HostSystem](ctx, h.ref)
	if err != nil {
		return // it was removed from the inventory
	}
	l.locked(ctx, host, func() {
		properties := l.deviceProperties(h)
		if _, ok := properties[diagnosticPath]; !ok {
			host.Config.ActiveDiagnosticPartition = nil // the simulator has no way to unset a property
			delete(h.published, diagnosticPath)
		}
		var changes []types.PropertyChange
		for path, value := range properties {
			if !reflect.DeepEqual(h.published[path], value) {
				h.published[path] = value
				changes = append(changes, set(path, value))
			}
		}
		ctx.Update(host, changes)
	})
	l.publishStorage(ctx, host)
}

// publishStorage makes the storage system of a host show what the host shows.
func (l *Lab) publishStorage(ctx *simulator.Context, host *simulator.HostSystem) {
	system, err := get[*simulator.HostStorageSystem](ctx, *host.ConfigManager.StorageSystem)
	if err != nil {
		return
	}
	l.locked(ctx, host, func() {
		l.update(ctx, system, set("storageDeviceInfo", *host.Config.StorageDevice),
			set("fileSystemVolumeInfo", *host.Config.FileSystemVolume))
	})
}

// rescan answers RescanAllHba, which the simulator takes as an occasion to invent other adapters.
func (l *Lab) rescan(c *Call) soap.HasFault {
	system, err := get[*simulator.HostStorageSystem](c.Ctx, c.This)
	if err != nil {
		return c.fault(err)
	}
	h, err := l.hostOf(system.Host.Self)
	if err != nil {
		return c.fault(err)
	}
	if err := l.reachable(c.Ctx, h.ref); err != nil {
		return c.fault(err)
	}
	l.publish(c.Ctx, h)
	return &methods.RescanAllHbaBody{Res: &types.RescanAllHbaResponse{}}
}

// deviceProperties are all properties that follow from a host's devices.
func (l *Lab) deviceProperties(h *hostState) map[string]any {
	api := l.apiOf(h)
	l.mu.Lock()
	defer l.mu.Unlock()
	hardware, passthru := h.pciProperties(api)
	storage := h.storageProperties()
	pending := false
	for _, d := range h.devices {
		pending = pending || d.enabled != d.active
	}
	properties := map[string]any{
		"hardware.pciDevice":     hardware,
		"config.pciPassthruInfo": passthru,
		"config.storageDevice":   *storage.device,
		"config.fileSystemVolume": types.HostFileSystemVolumeInfo{
			VolumeTypeList: []string{"VMFS", "NFS", "NFS41", "VFFS", "VMFSOS"}, MountInfo: storage.volumes,
		},
		"config.vsanHostConfig": types.VsanHostConfigInfo{
			Enabled: types.NewBool(true), HostSystem: &h.ref, StorageInfo: storage.vsan,
		},
		"summary.rebootRequired":   pending,
		"summary.hardware.numHBAs": int32(len(storage.device.HostBusAdapter)),
	}
	if storage.diagnostic != nil {
		properties[diagnosticPath] = *storage.diagnostic
	}
	return properties
}

const diagnosticPath = "config.activeDiagnosticPartition"

func shortName(host string) string {
	short, _, _ := strings.Cut(host, ".")
	return short
}

// apiOf is the version that a host is seen through: its own, or that of the vCenter if that is older.
func (l *Lab) apiOf(h *hostState) config.APIVersion {
	own, server := config.APIVersion(h.release.API), config.APIVersion(l.serviceInstance().Content.About.ApiVersion)
	if own.AtLeast(string(server)) {
		return server
	}
	return own
}
