// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

func TestJoinedHostsAreHostsOfTheLab(t *testing.T) {
	no, free := false, 2
	c := dial(t, config.Config{Hosts: []config.Host{
		{Name: "esxi-01.lab", Cluster: "cluster-a"},
		{Name: "esxi-05.lab", Version: "8.0.3", FreeNVMe: &free, Joined: &no},
	}})
	if _, err := c.find.HostSystem(c.ctx, "/DC0/host/*/esxi-05.lab"); err == nil {
		t.Error("a host that has not joined is in the inventory")
	}
	cluster, err := c.find.ClusterComputeResource(c.ctx, "/DC0/host/cluster-a")
	c.must(err)
	spec := types.HostConnectSpec{HostName: "esxi-05.lab", UserName: "root", Password: "secret"}
	task, err := cluster.AddHost(c.ctx, spec, true, nil, nil)
	c.must(err)
	c.must(task.Wait(c.ctx))
	if n := len(c.passthru("esxi-05.lab")); n != len(standardDevices)+free {
		t.Errorf("the host has %d devices", n)
	}
	if got := c.kernel("esxi-05.lab", "maxIntrCookies")[1]; got != "4096" {
		t.Errorf("maxIntrCookies is %s", got)
	}
	again, err := cluster.AddHost(c.ctx, spec, true, nil, nil)
	c.must(err)
	wantFault[types.AlreadyConnected](t, again.Wait(c.ctx), "already being managed")
	task, err = cluster.AddHost(c.ctx, types.HostConnectSpec{}, true, nil, nil)
	c.must(err)
	wantFault[types.NoHost](t, task.Wait(c.ctx), "")
}

func TestAStandaloneHostJoinsAndLeaves(t *testing.T) {
	c := dial(t, config.Config{})
	dc, err := c.find.Datacenter(c.ctx, "/DC0")
	c.must(err)
	folders, err := dc.Folders(c.ctx)
	c.must(err)
	task, err := folders.HostFolder.AddStandaloneHost(c.ctx, types.HostConnectSpec{HostName: "new.lab"}, true, nil, nil)
	c.must(err)
	c.must(task.Wait(c.ctx))
	if state, known := c.passthru("new.lab")[d9]; !known || state != "" {
		t.Errorf("passthrough of the new host is %q", state)
	}
	gone, err := c.host("new.lab").Destroy(c.ctx)
	c.must(err)
	c.must(gone.Wait(c.ctx))
	var s State
	if c.control("GET", "/state", "", &s); len(s.Hosts) != 2 {
		t.Errorf("there are %d hosts after the new one has left", len(s.Hosts))
	}
}

func TestImpossibleHostsAreRefused(t *testing.T) {
	many := 1000
	for _, h := range []config.Host{
		{}, {Name: "a", Version: "6.7"}, {Name: "a", Datacenter: "elsewhere"}, {Name: "a", Boot: "floppy"},
		{Name: "a", FreeNVMe: &many}, {Name: "a", PassthroughEnabled: []string{"0000:17:00.0"}},
		{Name: "a", Kernel: map[string]config.Kernel{"nope": {}}},
	} {
		if l, err := New(config.Config{Hosts: []config.Host{h}}); err == nil {
			l.Close()
			t.Errorf("%+v is accepted", h)
		}
	}
	if _, err := config.Parse([]byte(`{"hosts": [{"nmae": "a"}]}`)); err == nil {
		t.Error("a misspelt key is accepted")
	}
}
