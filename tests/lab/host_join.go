// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/fault"
)

// overrideJoin lets hosts that clients add to the inventory (P4) be hosts of the lab. A name that the configuration has
// with joined=false gets what it says there; any other is a host with the defaults.
func (l *Lab) overrideJoin() {
	l.override("AddHost_Task", func(c *Call) soap.HasFault {
		req := c.Body.(*types.AddHost_Task)
		return c.task(func(j *job) (types.AnyType, error) {
			cluster, err := get[*simulator.ClusterComputeResource](j.Ctx, c.This)
			if err != nil {
				return nil, err
			}
			return l.join(j.Ctx, cluster, req.Spec.HostName, cluster.Name, req.AsConnected)
		})
	})
	l.override("AddStandaloneHost_Task", func(c *Call) soap.HasFault {
		req := c.Body.(*types.AddStandaloneHost_Task)
		return c.task(func(j *job) (types.AnyType, error) {
			folder, err := get[*simulator.Folder](j.Ctx, c.This)
			if err != nil {
				return nil, err
			}
			return l.join(j.Ctx, folder, req.Spec.HostName, "", req.AddConnected)
		})
	})
}

// join adds a host below a cluster or a folder.
func (l *Lab) join(ctx *simulator.Context, parent mo.Entity, name, cluster string, connected bool) (types.AnyType, error) {
	if name == "" {
		return nil, fault.New(&types.NoHost{Name: name}, "Unable to contact the specified host.")
	}
	for _, h := range l.hostStates() {
		if h.name == name {
			return nil, fault.New(&types.AlreadyConnected{Name: name},
				"The host %s is already being managed by this vCenter Server.", name)
		}
	}
	found := l.placeOf(ctx, parent)
	if found == nil {
		return nil, fault.New(&types.NotSupported{}, "The operation is not supported on the object.")
	}
	p := *found
	switch e := parent.(type) {
	case *simulator.ClusterComputeResource:
		p.clusters = map[string]*simulator.ClusterComputeResource{cluster: e}
	case *simulator.Folder:
		p.hosts = e
	}
	cfg := config.Host{Name: name}
	if at := slices.IndexFunc(l.cfg.Hosts, func(h config.Host) bool { return h.Name == name }); at >= 0 {
		cfg = l.cfg.Hosts[at]
	}
	cfg.Datacenter, cfg.Cluster, cfg.Connected = p.path, cluster, &connected
	if err := cfg.Fill(l.cfg); err != nil {
		return nil, err
	}
	var err error
	l.locked(ctx, parent, func() { err = l.buildHost(ctx, &p, len(l.hostStates())+1, cfg) })
	if err != nil {
		return nil, err
	}
	h, err := l.hostNamed(name)
	if err != nil {
		return nil, err
	}
	switch e := parent.(type) { // tell those who watch the parent
	case *simulator.ClusterComputeResource:
		l.update(ctx, e, set("host", e.Host))
	case *simulator.Folder:
		l.update(ctx, e, set("childEntity", e.ChildEntity))
	}
	return h.ref, nil
}

// placeOf finds the datacenter that an entity is in.
func (l *Lab) placeOf(ctx *simulator.Context, e mo.Entity) *place {
	for e != nil {
		if dc, ok := e.(*simulator.Datacenter); ok {
			for _, p := range l.places {
				if p.dc == dc {
					return p
				}
			}
			return nil
		}
		parent := e.Entity().Parent
		if parent == nil {
			return nil
		}
		e, _ = ctx.Map.Get(*parent).(mo.Entity)
	}
	return nil
}
