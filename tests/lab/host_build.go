// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/esx"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// extraHosts are the hosts of `extra_hosts`: members of one cluster per datacenter.
func (l *Lab) extraHosts() []config.Host {
	var hosts []config.Host
	for i := range l.cfg.ExtraHosts {
		h := config.Host{
			Name:       fmt.Sprintf("esxi-x%04d.lab", i+1),
			Version:    "8.0.3",
			Datacenter: l.cfg.Datacenters[i%len(l.cfg.Datacenters)],
			Cluster:    "cluster-x",
		}
		if err := h.Fill(l.cfg); err != nil {
			panic(err) // the lab's own values
		}
		hosts = append(hosts, h)
	}
	return hosts
}

// buildHost adds one host to the inventory.
func (l *Lab) buildHost(ctx *simulator.Context, p *place, index int, cfg config.Host) error {
	release, err := config.ReleaseOf(cfg.Version)
	if err != nil {
		return err
	}
	var host *simulator.HostSystem
	if l.cfg.Mode == config.ModeESXi {
		host = ctx.Map.Get(esx.HostSystem.Self).(*simulator.HostSystem)
	} else {
		host = &simulator.HostSystem{HostSystem: clone(esx.HostSystem)}
		ctx.Map.NewEntity(host)
	}
	state := &hostState{ref: host.Self, name: cfg.Name, index: index, cfg: cfg, release: release, published: map[string]any{}}
	l.dressHost(host, state)
	registerHostManagers(ctx, host)
	if l.cfg.Mode == config.ModeESXi {
		ctx.Map.Get(*host.Parent).(*mo.ComputeResource).Name = host.Name // the simulator put it there
	} else {
		placeHost(ctx, p, host, cfg.Cluster)
	}
	mountDatastore(ctx, host, p.datastore)
	host.ConfigManager.PciPassthruSystem = putPassthruSystem(ctx, host.Self)
	if state.devices, err = newDevices(state); err != nil {
		return err
	}
	if err := state.configureDevices(); err != nil {
		return err
	}
	state.makeBays()
	l.fields.mu.Lock()
	host.AvailableField = l.fields.of(host.Self.Type)
	l.fields.mu.Unlock()
	if state.kernel, err = newKernel(state); err != nil {
		return err
	}
	if cfg.ManagedByProfile {
		l.attachProfile(ctx, host)
	}
	l.mu.Lock()
	l.hosts[host.Self] = state
	l.mu.Unlock()
	l.publish(ctx, state)
	return nil
}

// dressHost sets the properties of a host. Nothing of it is shared with another host.
func (l *Lab) dressHost(host *simulator.HostSystem, state *hostState) {
	cfg := state.cfg
	boot := time.Now().Add(-24 * time.Hour).UTC().Truncate(time.Second)
	host.Name = keptName(cfg.Name)
	host.Runtime.BootTime = &boot
	host.Runtime.ConnectionState = types.HostSystemConnectionStateConnected
	if !*cfg.Connected {
		host.Runtime.ConnectionState = types.HostSystemConnectionStateDisconnected
	}

	host.Runtime.InMaintenanceMode = cfg.InMaintenanceMode

	host.Config = clone(host.Config)
	host.Config.Host = host.Self
	host.Config.Option = clone(esx.AdvancedOptions)
	bootKinds[cfg.Boot].dress(host.Config)
	product := &host.Config.Product
	product.Version, product.Build, product.ApiVersion = cfg.Version, cfg.Build, state.release.API
	product.Name, product.ProductLineId, product.ApiType = "VMware ESXi", "embeddedEsx", "HostAgent"
	product.FullName = fmt.Sprintf("VMware ESXi %s build-%s", cfg.Version, cfg.Build)
	product.LicenseProductVersion = cfg.Version[:1] + ".0"

	host.Hardware = clone(esx.HostHardwareInfo)
	host.Hardware.SystemInfo.Uuid = hostUUID(cfg.Name)
	if l.apiOf(state).AtLeast("8.0.2.0") {
		host.Hardware.BiosInfo.FirmwareType = string(types.HostBIOSInfoFirmwareTypeUEFI)
		if cfg.Firmware == config.FirmwareBIOS {
			host.Hardware.BiosInfo.FirmwareType = string(types.HostBIOSInfoFirmwareTypeBIOS)
		}
	}
	host.Capability = clone(esx.HostCapability)
	host.Capability.DeviceRebindWithoutRebootSupported = &cfg.RebindWithoutReboot
	host.Capability.TurnDiskLocatorLedSupported = cfg.LocatorLED
	if l.apiOf(state).AtLeast("8.0.1.0") {
		host.Capability.FptHotplugSupported = cfg.FptHotplug
	}

	summary := &host.Summary
	summary.Host = &host.Self
	summary.Runtime = &host.Runtime
	summary.Hardware = clone(summary.Hardware)
	summary.Hardware.Uuid = host.Hardware.SystemInfo.Uuid
	summary.Config.Name = host.Name
	summary.Config.Product = product
}

// hostUUID derives the id of a host's hardware from its name, so that it is the same in every run.
func hostUUID(name string) string {
	h := sha256.Sum256([]byte(name))
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// registerHostManagers makes the managers of a host that the simulator implements.
func registerHostManagers(ctx *simulator.Context, host *simulator.HostSystem) {
	h, m := &host.HostSystem, &host.ConfigManager
	for _, manager := range []struct {
		ref **types.ManagedObjectReference
		obj mo.Reference
	}{
		{&m.DatastoreSystem, &simulator.HostDatastoreSystem{Host: h}},
		{&m.NetworkSystem, simulator.NewHostNetworkSystem(h)},
		{&m.VirtualNicManager, simulator.NewHostVirtualNicManager(h)},
		{&m.AdvancedOption, simulator.NewOptionManager(nil, nil, &h.Config.Option)},
		{&m.FirewallSystem, simulator.NewHostFirewallSystem(h)},
		{&m.StorageSystem, simulator.NewHostStorageSystem(h)},
		{&m.CertificateManager, simulator.NewHostCertificateManager(ctx, h)},
	} {
		ref := ctx.Map.Put(manager.obj).Reference()
		*manager.ref = &ref
	}
}

// placeHost puts a host into its cluster, or into a compute resource of its own.
func placeHost(ctx *simulator.Context, p *place, host *simulator.HostSystem, cluster string) {
	var parent mo.Entity
	var resource *mo.ComputeResource
	if cluster != "" {
		c := p.cluster(ctx, cluster)
		parent, resource = c, &c.ComputeResource
	} else {
		cr := &mo.ComputeResource{Summary: &types.ComputeResourceSummary{}, Network: p.dc.Network[:1]}
		cr.Name = host.Name
		cr.ConfigurationEx = &types.ComputeResourceConfigInfo{VmSwapPlacement: "vmDirectory"}
		putChild(ctx, p.hosts, cr)
		env := ctx.Map.Put(&simulator.EnvironmentBrowser{}).Reference()
		cr.EnvironmentBrowser = &env
		pool := simulator.NewResourcePool(ctx)
		ctx.Map.NewEntity(pool)
		ctx.Map.PutEntity(cr, pool)
		pool.Owner = cr.Self
		cr.ResourcePool = &pool.Self
		parent, resource = cr, cr
	}
	host.Network = resource.Network[:1]
	resource.Host = append(resource.Host, host.Self)
	countHost(resource.Summary.GetComputeResourceSummary(), host)
	ctx.Map.PutEntity(parent, host)
}

func countHost(s *types.ComputeResourceSummary, host *simulator.HostSystem) {
	hw := host.Summary.Hardware
	s.TotalCpu += hw.CpuMhz
	s.TotalMemory += hw.MemorySize
	s.NumCpuCores += hw.NumCpuCores
	s.NumCpuThreads += hw.NumCpuThreads
	s.EffectiveCpu += hw.CpuMhz
	s.EffectiveMemory += hw.MemorySize >> 20
	s.NumHosts++
	s.NumEffectiveHosts++
	s.OverallStatus = types.ManagedEntityStatusGreen
}

// cluster returns the cluster of that name, without DRS unless buildClusters says otherwise.
func (p *place) cluster(ctx *simulator.Context, name string) *simulator.ClusterComputeResource {
	if c, ok := p.clusters[name]; ok {
		return c
	}
	off := types.ClusterConfigSpecEx{DrsConfig: &types.ClusterDrsConfigInfo{Enabled: types.NewBool(false)}}
	c, fault := simulator.CreateClusterComputeResource(ctx, p.hosts, keptName(name), off)
	if fault != nil {
		panic(fmt.Sprintf("cluster %s: %T", name, fault)) // names are unique, so this cannot be
	}
	c.ConfigurationEx.(*types.ClusterConfigInfoEx).DrsConfig.Enabled = types.NewBool(false)
	p.clusters[name] = c
	return c
}

// mountDatastore makes a host use a datastore.
func mountDatastore(ctx *simulator.Context, host *simulator.HostSystem, ds *simulator.Datastore) {
	ds.Host = append(ds.Host, types.DatastoreHostMount{Key: host.Self, MountInfo: types.HostMountInfo{
		Path: ds.Summary.Url, AccessMode: string(types.HostMountModeReadWrite),
		Mounted: types.NewBool(true), Accessible: types.NewBool(true),
	}})
	host.Datastore = append(host.Datastore, ds.Self)
	system := ctx.Map.Get(*host.ConfigManager.DatastoreSystem).(*simulator.HostDatastoreSystem)
	system.Datastore = host.Datastore
	var resource *mo.ComputeResource
	switch parent := ctx.Map.Get(*host.Parent).(type) {
	case *simulator.ClusterComputeResource:
		resource = &parent.ComputeResource
	case *mo.ComputeResource:
		resource = parent
	}
	if simulator.FindReference(resource.Datastore, ds.Self) == nil {
		resource.Datastore = append(resource.Datastore, ds.Self)
	}
}
