// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/esx"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// sharedDatastore holds the files of the VMs; every host of a datacenter mounts it.
const sharedDatastore = "shared-01"

// place is where hosts and VMs of one datacenter go.
type place struct {
	path      string // of the datacenter, from the root folder: the name that the configuration knows it by
	dc        *simulator.Datacenter
	hosts     *simulator.Folder
	vms       *simulator.Folder
	datastore *simulator.Datastore
	clusters  map[string]*simulator.ClusterComputeResource
}

// build makes the whole inventory. The simulator's own Model takes 40 ms an object, so objects are made directly.
func (l *Lab) build() error {
	model := simulator.VPX()
	if l.cfg.Mode == config.ModeESXi {
		model = simulator.ESX()
	}
	if err := l.setAbout(&model.ServiceContent.About); err != nil {
		return err
	}
	ctx := simulator.NewContext()
	ctx, instance := simulator.NewServiceInstance(ctx, model.ServiceContent, model.RootFolder)
	l.service = simulator.New(ctx, instance)
	ctx.Map.OptionManager().Setting = append(clone(ctx.Map.OptionManager().Setting),
		&types.OptionValue{Key: "vcsim.home", Value: l.dir}) // where the simulator keeps vSAN object files

	for _, name := range l.cfg.Datacenters {
		p, err := l.buildDatacenter(ctx, name)
		if err != nil {
			return err
		}
		l.places[name] = p
	}
	for i, h := range append(l.cfg.Hosts, l.extraHosts()...) {
		if !*h.Joined {
			continue
		}
		if err := l.buildHost(ctx, l.places[h.Datacenter], i+1, h); err != nil {
			return fmt.Errorf("host %s: %w", h.Name, err)
		}
	}
	for _, v := range l.cfg.VMs {
		if err := l.buildVM(ctx, l.places[v.Datacenter], v); err != nil {
			return fmt.Errorf("VM %s: %w", v.Name, err)
		}
	}
	if err := l.buildExtraVMs(ctx, l.places); err != nil {
		return err
	}
	return l.buildClusters(ctx)
}

// setAbout says which server this is. The stock model is a 6.5, which makes clients drop every field of hot plug.
func (l *Lab) setAbout(about *types.AboutInfo) error {
	version := l.cfg.VCenterVersion
	if l.cfg.Mode == config.ModeESXi {
		version = l.cfg.Hosts[0].Version
	}
	r, err := config.ReleaseOf(version)
	if err != nil {
		return err
	}
	build := r.VCBuild
	if l.cfg.Mode == config.ModeESXi {
		build = l.cfg.Hosts[0].Build
	}
	about.Version, about.ApiVersion, about.Build = r.Version, r.API, build
	about.FullName = fmt.Sprintf("%s %s build-%s", about.Name, r.Version, build)
	about.LicenseProductVersion = r.Version[:1] + ".0"
	return nil
}

func (l *Lab) serviceInstance() *simulator.ServiceInstance {
	return l.service.Context.Map.Get(vim25.ServiceInstance).(*simulator.ServiceInstance)
}

func (l *Lab) buildDatacenter(ctx *simulator.Context, name string) (*place, error) {
	p := &place{path: name, clusters: map[string]*simulator.ClusterComputeResource{}}
	if l.cfg.Mode == config.ModeESXi {
		p.dc = ctx.Map.Get(esx.Datacenter.Self).(*simulator.Datacenter)
	} else {
		root := ctx.Map.Get(l.serviceInstance().Content.RootFolder).(*simulator.Folder)
		folder, err := folderBelow(ctx, root, path.Dir(name))
		if err != nil {
			return nil, fmt.Errorf("datacenter %s: %w", name, err)
		}
		answer := folder.CreateDatacenter(ctx, &types.CreateDatacenter{This: folder.Self, Name: path.Base(name)})
		if f := answer.Fault(); f != nil {
			return nil, fmt.Errorf("datacenter %s: %s", name, f.String)
		}
		p.dc = ctx.Map.Get(answer.(*methods.CreateDatacenterBody).Res.Returnval).(*simulator.Datacenter)
	}
	p.hosts = ctx.Map.Get(p.dc.HostFolder).(*simulator.Folder)
	p.vms = ctx.Map.Get(p.dc.VmFolder).(*simulator.Folder)
	return p, l.buildSharedDatastore(ctx, p)
}

// buildSharedDatastore makes the datastore of a datacenter; its files are in a folder of the lab.
func (l *Lab) buildSharedDatastore(ctx *simulator.Context, p *place) error {
	dir := filepath.Join(l.dir, p.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	p.datastore = newDatastore(sharedDatastore, dir, nil)
	putDatastore(ctx, p, p.datastore)
	return nil
}

// newDatastore makes a datastore whose files are in dir. With an extent it is the VMFS datastore on that disk.
func newDatastore(name, dir string, vmfs *types.HostVmfsVolume) *simulator.Datastore {
	const capacity, free = 4 << 40, 3 << 40
	ds := &simulator.Datastore{}
	ds.Name = name
	info := types.DatastoreInfo{Name: name, Url: dir, FreeSpace: free, MaxFileSize: 64 << 40, Timestamp: types.NewTime(time.Now())}
	ds.Info = &types.VmfsDatastoreInfo{DatastoreInfo: info, Vmfs: vmfs}
	ds.Summary = types.DatastoreSummary{
		Name: name, Url: dir, Capacity: capacity, FreeSpace: free, Accessible: true, Type: "VMFS",
		MultipleHostAccess: types.NewBool(vmfs == nil),
		MaintenanceMode:    string(types.DatastoreSummaryMaintenanceModeStateNormal),
	}
	ds.Capability = types.DatastoreCapability{DirectoryHierarchySupported: true, PerFileThinProvisioningSupported: true}
	return ds
}

func putDatastore(ctx *simulator.Context, p *place, ds *simulator.Datastore) {
	folder := ctx.Map.Get(p.dc.DatastoreFolder).(*simulator.Folder)
	putChild(ctx, folder, ds)
	ds.Summary.Datastore = &ds.Self
	p.dc.Datastore = append(p.dc.Datastore, ds.Self)
	browser := &simulator.HostDatastoreBrowser{}
	browser.Datastore = []types.ManagedObjectReference{ds.Self}
	ds.Browser = ctx.Map.Put(browser).Reference()
}

// putChild adds an entity to a folder. The folder must know the child before the child is registered, or container
// views miss it.
func putChild(ctx *simulator.Context, folder *simulator.Folder, child mo.Entity) {
	ctx.Map.NewEntity(child)
	folder.ChildEntity = append(folder.ChildEntity, child.Entity().Self)
	ctx.Map.PutEntity(folder, child)
}

// nameOf is the name of an entity, or its id if there is none.
func (l *Lab) nameOf(ctx *simulator.Context, ref types.ManagedObjectReference) string {
	if e, ok := ctx.Map.Get(ref).(mo.Entity); ok {
		return e.Entity().Name
	}
	return ref.Value
}
