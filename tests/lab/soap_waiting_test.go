// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// watch begins to wait for the power state of a VM, with the property collector that every session has.
func (c *vmClient) watch(vm string) {
	c.t.Helper()
	_, err := methods.CreateFilter(c.ctx, c.vim, &types.CreateFilter{
		This: c.vim.ServiceContent.PropertyCollector,
		Spec: types.PropertyFilterSpec{
			ObjectSet: []types.ObjectSpec{{Obj: c.vm(vm).Reference()}},
			PropSet:   []types.PropertySpec{{Type: "VirtualMachine", PathSet: []string{"runtime.powerState"}}},
		},
	})
	c.must(err)
	if c.updates("") == nil {
		c.t.Fatal("waiting did not begin with the state as it is")
	}
}

// updates waits for updates since a version, for a while.
func (c *vmClient) updates(version string) []types.PropertyFilterUpdate {
	c.t.Helper()
	res, err := methods.WaitForUpdatesEx(c.ctx, c.vim, &types.WaitForUpdatesEx{
		This:    c.vim.ServiceContent.PropertyCollector,
		Version: version,
		Options: &types.WaitOptions{MaxWaitSeconds: types.NewInt32(5)},
	})
	c.must(err)
	if res.Returnval == nil {
		return nil
	}
	return res.Returnval.FilterSet
}

func TestSessionsWaitForUpdatesAtTheSameTime(t *testing.T) {
	one := dial(t, config.Config{})
	two := connect(t, one.server)
	one.watch("nvme-vm-01")
	two.watch("nvme-vm-02")
	for _, name := range []string{"nvme-vm-01", "nvme-vm-02"} {
		task, err := one.vm(name).PowerOn(one.ctx)
		one.must(err)
		one.must(task.Wait(one.ctx))
	}
	for i, c := range []*vmClient{one, two} {
		sets := c.updates("-")
		if len(sets) != 1 || len(sets[0].ObjectSet) == 0 {
			t.Errorf("session %d was told %v", i+1, sets)
		}
	}
}

func TestSessionsThatHaveEndedAreForgotten(t *testing.T) {
	c := dial(t, config.Config{})
	l := c.server.lab.Load()
	for range 3 {
		other := connect(t, c.server)
		other.watch("nvme-vm-01")
		_, err := methods.Logout(other.ctx, other.vim, &types.Logout{This: *other.vim.ServiceContent.SessionManager})
		other.must(err)
	}
	c.watch("nvme-vm-01")
	if n := len(l.listeners.sessions); n != 1 {
		t.Errorf("%d sessions listen, want 1", n)
	}
}
