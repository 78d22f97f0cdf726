// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"errors"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// nowhere is an object that is not there.
func nowhere(kind string) types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: kind, Value: "nowhere"}
}

// badCalls are calls of clients that are wrong in one way or another. Each is answered with a fault, at once or by a task.
var badCalls = map[string]func(c *vmClient) error{
	"a VM on a datastore that is not there": func(c *vmClient) error {
		return c.createAt("[nowhere]", nil, nil)
	},
	"a VM on a path that is none": func(c *vmClient) error { return c.createAt("nowhere", nil, nil) },
	"a VM on a host that is not there": func(c *vmClient) error {
		host := nowhere("HostSystem")
		return c.createAt("["+sharedDatastore+"]", &host, nil)
	},
	"a VM in a pool that is not there": func(c *vmClient) error {
		pool := nowhere("ResourcePool")
		return c.createAt("["+sharedDatastore+"]", nil, &pool)
	},
	"a VM in a vApp, on a datastore that is not there": func(c *vmClient) error {
		spec := types.VirtualMachineConfigSpec{Name: "new", Files: &types.VirtualMachineFileInfo{VmPathName: "[nowhere]"}}
		return c.wait(c.vApp().CreateChildVM(c.ctx, spec, nil))
	},
	"a VM without files": func(c *vmClient) error {
		folders, err := c.datacenter().Folders(c.ctx)
		c.must(err)
		pool, err := c.host(goodHost).ResourcePool(c.ctx)
		c.must(err)
		return c.wait(folders.VmFolder.CreateVM(c.ctx, types.VirtualMachineConfigSpec{Name: "new"}, pool, nil))
	},
	"a clone into a folder that is not there": func(c *vmClient) error {
		folder := object.NewFolder(c.vim, nowhere("Folder"))
		return c.wait(c.vm("vm").Clone(c.ctx, folder, "copy", types.VirtualMachineCloneSpec{}))
	},
	"a clone onto a datastore that is not there": func(c *vmClient) error {
		ds := nowhere("Datastore")
		return c.clone("copy", types.VirtualMachineCloneSpec{Location: types.VirtualMachineRelocateSpec{Datastore: &ds}})
	},
	"a clone onto a host that is not there": func(c *vmClient) error {
		host := nowhere("HostSystem")
		return c.clone("copy", types.VirtualMachineCloneSpec{Location: types.VirtualMachineRelocateSpec{Host: &host}})
	},
	"a clone into a pool that is not there": func(c *vmClient) error {
		pool := nowhere("ResourcePool")
		return c.clone("copy", types.VirtualMachineCloneSpec{Location: types.VirtualMachineRelocateSpec{Pool: &pool}})
	},
	"a move to a host that is not there": func(c *vmClient) error {
		host := nowhere("HostSystem")
		return c.wait(c.vm("vm").Relocate(c.ctx, types.VirtualMachineRelocateSpec{Host: &host}, ""))
	},
	"a device change without a device": func(c *vmClient) error {
		return c.reconfigure("vm", types.VirtualMachineConfigSpec{DeviceChange: []types.BaseVirtualDeviceConfigSpec{
			&types.VirtualDeviceConfigSpec{Operation: types.VirtualDeviceConfigSpecOperationAdd}}})
	},
	"a reconfiguration of a VM that is not there": func(c *vmClient) error {
		vm := object.NewVirtualMachine(c.vim, nowhere("VirtualMachine"))
		return c.wait(vm.Reconfigure(c.ctx, types.VirtualMachineConfigSpec{Annotation: "x"}))
	},
	"a power-on of VMs that are not there": func(c *vmClient) error {
		return c.wait(c.datacenter().PowerOnVM(c.ctx, []types.ManagedObjectReference{nowhere("VirtualMachine")}))
	},
	"a power-on of a host": func(c *vmClient) error {
		res, err := methods.PowerOnVM_Task(c.ctx, c.vim, &types.PowerOnVM_Task{This: c.host(goodHost).Reference()})
		if err != nil {
			return err
		}
		return c.wait(object.NewTask(c.vim, res.Returnval), nil)
	},
	"a reboot of a host that is not there": func(c *vmClient) error {
		_, err := methods.RebootHost_Task(c.ctx, c.vim, &types.RebootHost_Task{This: nowhere("HostSystem")})
		return err
	},
	"passthrough of a system that is not there": func(c *vmClient) error {
		_, err := methods.UpdatePassthruConfig(c.ctx, c.vim, &types.UpdatePassthruConfig{This: nowhere("HostPciPassthruSystem")})
		return err
	},
	"a container view of nothing": func(c *vmClient) error {
		_, err := methods.CreateContainerView(c.ctx, c.vim, &types.CreateContainerView{
			This: *c.vim.ServiceContent.ViewManager, Container: nowhere("Folder"), Type: []string{"VirtualMachine"}})
		return err
	},
	"a config target of a host that is not there": func(c *vmClient) error {
		var vm mo.VirtualMachine
		c.must(c.vm("vm").Properties(c.ctx, c.vm("vm").Reference(), []string{"environmentBrowser"}, &vm))
		host := nowhere("HostSystem")
		_, err := methods.QueryConfigTarget(c.ctx, c.vim, &types.QueryConfigTarget{This: vm.EnvironmentBrowser, Host: &host})
		return err
	},
}

func (c *vmClient) datacenter() *object.Datacenter {
	c.t.Helper()
	dc, err := c.find.Datacenter(c.ctx, "DC0")
	c.must(err)
	return dc
}

func (c *vmClient) createAt(path string, host, pool *types.ManagedObjectReference) error {
	c.t.Helper()
	folders, err := c.datacenter().Folders(c.ctx)
	c.must(err)
	into, err := c.host(goodHost).ResourcePool(c.ctx)
	c.must(err)
	if pool != nil {
		into = object.NewResourcePool(c.vim, *pool)
	}
	spec := types.VirtualMachineConfigSpec{Name: "new", Files: &types.VirtualMachineFileInfo{VmPathName: path}}
	request := types.CreateVM_Task{This: folders.VmFolder.Reference(), Config: spec, Pool: into.Reference(), Host: host}
	res, err := methods.CreateVM_Task(c.ctx, c.vim, &request)
	if err != nil {
		return err
	}
	return c.wait(object.NewTask(c.vim, res.Returnval), nil)
}

func (c *vmClient) vApp() *object.VirtualApp {
	c.t.Helper()
	pool, err := c.host(goodHost).ResourcePool(c.ctx)
	c.must(err)
	app, err := pool.CreateVApp(c.ctx, "app", types.DefaultResourceConfigSpec(), types.VAppConfigSpec{}, nil)
	c.must(err)
	return app
}

// Whatever a client asks for, the lab goes on for all others.
func TestNoBadCallEndsTheLab(t *testing.T) {
	for name, call := range badCalls {
		t.Run(name, func(t *testing.T) {
			c := powerLab(t)
			err := call(c)
			if err == nil {
				t.Fatal("the call succeeds")
			}
			var refused interface{ Fault() types.BaseMethodFault }
			if !soap.IsSoapFault(err) && !errors.As(err, &refused) {
				t.Fatalf("not a fault: %v", err)
			}
			// Nothing stays locked either.
			c.must(c.create(types.VirtualMachineConfigSpec{Name: "after"}))
			c.must(c.powerOn("after"))
			c.must(c.clone("copy of it", types.VirtualMachineCloneSpec{}))
		})
	}
}

// A task of the simulator that panics fails, and the locks that it took are free again.
func TestATaskThatPanicsLetsGo(t *testing.T) {
	l, err := New(config.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx := l.context()
	host := ctx.Map.Any("HostSystem").(*simulator.HostSystem)
	cluster := ctx.Map.Any("ClusterComputeResource")
	task := simulator.CreateTask(host, "crash", func(*simulator.Task) (types.AnyType, types.BaseMethodFault) {
		ctx.Map.WithLock(ctx, cluster, func() { panic("on purpose") })
		return nil, nil
	})
	task.RunBlocking(ctx)
	if _, ok := task.Info.Error.Fault.(*types.SystemError); !ok {
		t.Errorf("the task ends with %+v", task.Info)
	}
	for _, obj := range []mo.Reference{cluster, host} {
		l.locked(l.context(), obj, func() {}) // a lock that is still held ends the test by its time limit
	}
}
