// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"strings"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// attributes are what a host has, by the name of the attribute.
func (c *vmClient) attributes(host string) map[string]string {
	c.t.Helper()
	h := c.hostProperties(host, "availableField", "customValue", "value", "summary.customValue")
	found := map[string]string{}
	for _, field := range h.AvailableField {
		found[field.Name] = "unset"
		for _, v := range h.CustomValue {
			if v.GetCustomFieldValue().Key == field.Key {
				found[field.Name] = v.(*types.CustomFieldStringValue).Value
			}
		}
	}
	if len(h.Value) != len(h.CustomValue) || len(h.Summary.CustomValue) != len(h.CustomValue) {
		c.t.Errorf("%s: value %v, customValue %v, in the summary %v", host, h.Value, h.CustomValue, h.Summary.CustomValue)
	}
	return found
}

func (c *vmClient) fields() *object.CustomFieldsManager {
	c.t.Helper()
	manager, err := object.GetCustomFieldsManager(c.vim)
	c.must(err)
	return manager
}

func TestCustomAttributes(t *testing.T) {
	c := dial(t, config.Config{})
	const host = "esxi-01.lab"
	manager, ref := c.fields(), c.host(host).Reference()
	second, err := manager.Add(c.ctx, "b.second", "HostSystem", nil, nil)
	c.must(err)
	first, err := manager.Add(c.ctx, "a.first", "HostSystem", nil, nil)
	c.must(err)
	all, err := manager.Add(c.ctx, "of everything", "", nil, nil)
	c.must(err)
	if second.Key == 0 || second.Type != "string" || first.Key == second.Key {
		t.Errorf("the attributes are %+v and %+v", first, second)
	}
	list, err := manager.Field(c.ctx)
	c.must(err)
	if len(list) != 3 || list[0].Name != "a.first" {
		t.Errorf("the attributes are not sorted: %v", list)
	}

	// Names are taken for a type, or for all.
	_, err = manager.Add(c.ctx, "a.first", "HostSystem", nil, nil)
	wantFault[types.DuplicateName](t, err, "a.first")
	_, err = manager.Add(c.ctx, "of everything", "HostSystem", nil, nil)
	wantFault[types.DuplicateName](t, err, "everything")
	ofVMs, err := manager.Add(c.ctx, "a.first", "VirtualMachine", nil, nil)
	c.must(err)

	long := strings.Repeat("Grüße, 0000:d9:00.0; ", 2000)
	c.must(manager.Set(c.ctx, ref, first.Key, "old"))
	c.must(manager.Set(c.ctx, ref, second.Key, "two"))
	c.must(manager.Set(c.ctx, ref, first.Key, long))
	c.must(manager.Set(c.ctx, ref, all.Key, "<&>"))
	got := c.attributes(host)
	if len(got) != 3 || got["a.first"] != long || got["b.second"] != "two" || got["of everything"] != "<&>" {
		t.Errorf("the host has %d attributes, b.second %q", len(got), got["b.second"])
	}
	if other := c.attributes("esxi-02.lab"); len(other) != 3 || other["a.first"] != "unset" {
		t.Errorf("the other host has %v", other)
	}
	_, err = methods.SetCustomValue(c.ctx, c.vim, &types.SetCustomValue{This: ref, Key: "b.second", Value: "by name"})
	c.must(err)
	if got := c.attributes(host); got["b.second"] != "by name" {
		t.Errorf("set by its name, it is %q", got["b.second"])
	}

	wantFault[types.InvalidArgument](t, manager.Set(c.ctx, ref, ofVMs.Key, "of a VM"), "key")
	wantFault[types.InvalidArgument](t, manager.Set(c.ctx, ref, 9, "no such"), "key")
	gone := types.ManagedObjectReference{Type: "HostSystem", Value: "host-999"}
	wantFault[types.ManagedObjectNotFound](t, manager.Set(c.ctx, gone, first.Key, "x"), "")

	c.must(manager.Rename(c.ctx, second.Key, "z.renamed"))
	c.must(manager.Remove(c.ctx, first.Key))
	if got := c.attributes(host); len(got) != 2 || got["z.renamed"] != "by name" {
		t.Errorf("after renaming one and removing another the host has %v", got)
	}
}

func TestAHostThatJoinsHasTheAttributes(t *testing.T) {
	no := false
	c := dial(t, config.Config{Hosts: []config.Host{{Name: "a", Cluster: "c"}, {Name: "b", Cluster: "c", Joined: &no}}, VMs: []config.VM{}})
	_, err := c.fields().Add(c.ctx, "mine", "HostSystem", nil, nil)
	c.must(err)
	cluster, err := c.find.ClusterComputeResource(c.ctx, "/*/host/c")
	c.must(err)
	task, err := cluster.AddHost(c.ctx, types.HostConnectSpec{HostName: "b", UserName: "root", Password: "x", Force: true}, true, nil, nil)
	c.must(c.wait(task, err))
	if got := c.attributes("b"); got["mine"] != "unset" {
		t.Errorf("the new host has %v", got)
	}
}

func TestCustomValuesWakeThoseWhoWait(t *testing.T) {
	c := dial(t, config.Config{Settings: config.Settings{CustomValueLimit: 5}})
	const host = "esxi-01.lab"
	field, err := c.fields().Add(c.ctx, "mine", "HostSystem", nil, nil)
	c.must(err)
	ref := c.host(host).Reference()
	wantFault[types.InvalidArgument](t, c.fields().Set(c.ctx, ref, field.Key, "longer"), "value")
	other := connect(t, c.server)
	waiting, seen := make(chan struct{}), make(chan error, 1)
	go func() {
		first := true
		seen <- property.Wait(other.ctx, property.DefaultCollector(other.vim), ref, []string{"customValue"},
			func(changes []types.PropertyChange) bool {
				if first {
					first = false
					close(waiting)
				}
				list, ok := changes[0].Val.(types.ArrayOfCustomFieldValue)
				return ok && len(list.CustomFieldValue) == 1
			})
	}()
	<-waiting
	c.must(c.fields().Set(c.ctx, ref, field.Key, "short"))
	c.must(<-seen)
	var h mo.HostSystem
	c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, ref, []string{"customValue"}, &h))
	if len(h.CustomValue) != 1 {
		t.Errorf("the host has %v", h.CustomValue)
	}
}
