// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"maps"
	"testing"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// watcher waits with a property collector of its own for the devices of all hosts and VMs.
type watcher struct {
	*vmClient
	collector *property.Collector
	version   string
}

// watchAll begins to wait, and returns how many objects there are.
func (c *vmClient) watchAll() (*watcher, int) {
	c.t.Helper()
	collector, err := property.DefaultCollector(c.vim).Create(c.ctx)
	c.must(err)
	all, err := view.NewManager(c.vim).CreateContainerView(c.ctx, c.vim.ServiceContent.RootFolder, []string{"HostSystem", "VirtualMachine"}, true)
	c.must(err)
	w := &watcher{vmClient: c, collector: collector}
	w.filter(types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{Obj: all.Reference(), Skip: types.NewBool(true), SelectSet: []types.BaseSelectionSpec{
			&types.TraversalSpec{Type: "ContainerView", Path: "view", Skip: types.NewBool(false)},
		}}},
		PropSet: []types.PropertySpec{
			{Type: "HostSystem", PathSet: []string{"hardware.pciDevice"}},
			{Type: "VirtualMachine", PathSet: []string{"config.hardware.device"}},
		},
	})
	n, calls := 0, 0
	for more := true; more; calls++ {
		set, err := w.next(5)
		c.must(err)
		if set == nil {
			c.t.Fatal("waiting did not begin with the state as it is")
		}
		for _, f := range set.FilterSet {
			n += len(f.ObjectSet)
		}
		more = set.Truncated != nil && *set.Truncated
	}
	if want := (n + 99) / 100; calls != want {
		c.t.Errorf("%d objects came in %d answers, want %d", n, calls, want)
	}
	return w, n
}

func (w *watcher) filter(spec types.PropertyFilterSpec) {
	w.t.Helper()
	_, err := methods.CreateFilter(w.ctx, w.vim, &types.CreateFilter{This: w.collector.Reference(), Spec: spec})
	w.must(err)
}

// next waits for the next answer; nil after so many seconds without any.
func (w *watcher) next(seconds int32) (*types.UpdateSet, error) {
	res, err := methods.WaitForUpdatesEx(w.ctx, w.vim, &types.WaitForUpdatesEx{This: w.collector.Reference(), Version: w.version,
		Options: &types.WaitOptions{MaxWaitSeconds: &seconds}})
	if err != nil {
		return nil, err
	}
	if res.Returnval != nil {
		w.version = res.Returnval.Version
	}
	return res.Returnval, nil
}

// told waits until objects were told of, and returns how: "modify config.hardware.device".
func (w *watcher) told(objects int) map[types.ManagedObjectReference]string {
	w.t.Helper()
	found := map[types.ManagedObjectReference]string{}
	for len(found) < objects {
		set, err := w.next(10)
		w.must(err)
		if set == nil {
			w.t.Fatalf("of %d objects there were told %v", objects, found)
		}
		for _, f := range set.FilterSet {
			for _, o := range f.ObjectSet {
				found[o.Obj] = string(o.Kind)
				for _, c := range o.ChangeSet {
					found[o.Obj] += " " + c.Name
				}
			}
		}
	}
	return found
}

// quiet checks that there is nothing to tell.
func (w *watcher) quiet() {
	w.t.Helper()
	if set, err := w.next(0); err != nil || set != nil {
		w.t.Errorf("there is more: %+v, %v", set, err)
	}
}

func TestAChangeInALargeInventoryIsToldAlone(t *testing.T) {
	cfg := config.Config{ExtraHosts: 99, ExtraVMs: 999, Hosts: []config.Host{{Name: "esxi-01.lab", Version: "8.0.3", Cluster: "c",
		RebindWithoutReboot: true, PassthroughEnabled: []string{d9}}},
		VMs: []config.VM{{Name: "vm", Power: config.PoweredOn, Firmware: config.FirmwareEFI, Layout: config.LayoutACPI, MemLocked: true,
			FptHotplug: true, Passthrough: []string{d9}}}}
	c := dial(t, cfg)
	host, vm := c.host("esxi-01.lab").Reference(), c.vm("vm").Reference()
	w, n := c.watchAll()
	if n != 1100 {
		t.Errorf("there are %d objects", n)
	}
	const devices, entries = "modify hardware.pciDevice", "modify config.hardware.device"
	for _, do := range []struct {
		path, body string
		told       map[types.ManagedObjectReference]string
	}{
		{"/insert", `{"host": "esxi-01.lab", "slot": 13}`, map[types.ManagedObjectReference]string{host: devices}},
		{"/pull", `{"host": "esxi-01.lab", "slot": 9, "keep_vm_entry": false}`, map[types.ManagedObjectReference]string{host: devices}},
		{"/pull", `{"host": "esxi-01.lab", "slot": 8, "keep_vm_entry": false}`,
			map[types.ManagedObjectReference]string{host: devices, vm: entries}},
		{"/insert", `{"host": "esxi-x0042.lab", "slot": 14}`,
			map[types.ManagedObjectReference]string{c.host("esxi-x0042.lab").Reference(): devices}},
	} {
		c.control("POST", do.path, do.body, nil)
		if got := w.told(len(do.told)); !maps.Equal(got, do.told) {
			t.Errorf("%s %s: told of %v", do.path, do.body, got)
		}
		w.quiet()
	}
	// Passthrough is no device that came or went.
	c.must(c.togglePassthru("esxi-01.lab", enable(db)))
	w.quiet()
	c.must(c.reconfigure("vm", add(c.device("esxi-01.lab", db))))
	if got := w.told(1); got[vm] != entries {
		t.Errorf("a hot-add: told of %v", got)
	}
	w.quiet()
}

func TestObjectsComeIntoFiltersAndGo(t *testing.T) {
	c := dial(t, config.Config{Hosts: []config.Host{{Name: goodHost, Cluster: "c"}}, VMs: []config.VM{{Name: "old"}}})
	w, _ := c.watchAll()
	vm := c.vm("old")
	task, err := vm.Destroy(c.ctx)
	c.must(c.wait(task, err))
	if got := w.told(1); got[vm.Reference()] != "leave" {
		t.Errorf("a VM that was deleted: told of %v", got)
	}
	c.must(c.create(types.VirtualMachineConfigSpec{Name: "new"}))
	ref := c.vm("new")
	if got := w.told(1); got[ref.Reference()] != "enter config.hardware.device" {
		t.Errorf("a new VM: told of %v", got)
	}
	for set, err := w.next(0); set != nil || err != nil; set, err = w.next(0) {
		c.must(err) // it is made in several steps
	}
	// A filter that is made while others are known tells what it has.
	w.filter(types.PropertyFilterSpec{ObjectSet: []types.ObjectSpec{{Obj: ref.Reference()}},
		PropSet: []types.PropertySpec{{Type: "ManagedEntity", PathSet: []string{"name"}}, {Type: "VirtualMachine", PathSet: []string{"runtime.question"}}}})
	if got := w.told(1); got[ref.Reference()] != "enter name" {
		t.Errorf("a new filter: told of %v", got)
	}
	c.control("POST", "/ask", `{"vm": "new"}`, nil)
	if got := w.told(1); got[ref.Reference()] != "modify runtime.question" {
		t.Errorf("a question: told of %v", got)
	}
}

func TestACollectorHasOneThatWaits(t *testing.T) {
	c := dial(t, config.Config{})
	w, _ := c.watchAll()
	_, err := methods.WaitForUpdatesEx(c.ctx, c.vim, &types.WaitForUpdatesEx{This: c.vim.ServiceContent.PropertyCollector, Version: "7"})
	wantFault[types.InvalidCollectorVersion](t, err, "'7'")

	waiting := func() chan error {
		ended := make(chan error, 1)
		other := *w
		c.control("POST", "/stats/reset", "", nil)
		go func() { _, err := other.next(60); ended <- err }()
		for n := 0; n == 0; {
			var s Stats
			c.control("GET", "/stats", "", &s)
			n = s.Calls["WaitForUpdatesEx"]
		}
		return ended
	}
	first := waiting()
	second := waiting()
	wantFault[types.RequestCanceled](t, <-first, "")
	c.must(w.collector.CancelWaitForUpdates(c.ctx))
	wantFault[types.RequestCanceled](t, <-second, "")

	third := waiting()
	c.control("POST", "/sessions/expire", "", nil)
	wantFault[types.NotAuthenticated](t, <-third, "")
}
