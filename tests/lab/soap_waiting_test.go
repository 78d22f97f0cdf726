// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"net/http"
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// watch begins to wait for properties of a VM, its power state if none is named, with the property collector that every
// session has. It returns the version to ask from.
func (c *vmClient) watch(vm string, paths ...string) string {
	c.t.Helper()
	if len(paths) == 0 {
		paths = []string{"runtime.powerState"}
	}
	_, err := methods.CreateFilter(c.ctx, c.vim, &types.CreateFilter{
		This: c.vim.ServiceContent.PropertyCollector,
		Spec: types.PropertyFilterSpec{
			ObjectSet: []types.ObjectSpec{{Obj: c.vm(vm).Reference()}},
			PropSet:   []types.PropertySpec{{Type: "VirtualMachine", PathSet: paths}},
		},
	})
	c.must(err)
	set := c.updateSet("")
	if set == nil {
		c.t.Fatal("waiting did not begin with the state as it is")
	}
	return set.Version
}

// updates waits for updates since a version, for a while.
func (c *vmClient) updates(version string) []types.PropertyFilterUpdate {
	c.t.Helper()
	if set := c.updateSet(version); set != nil {
		return set.FilterSet
	}
	return nil
}

func (c *vmClient) updateSet(version string) *types.UpdateSet {
	c.t.Helper()
	res, err := methods.WaitForUpdatesEx(c.ctx, c.vim, &types.WaitForUpdatesEx{
		This:    c.vim.ServiceContent.PropertyCollector,
		Version: version,
		Options: &types.WaitOptions{MaxWaitSeconds: types.NewInt32(5)},
	})
	c.must(err)
	return res.Returnval
}

func TestSessionsWaitForUpdatesAtTheSameTime(t *testing.T) {
	one := dial(t, config.Config{})
	two := connect(t, one.server)
	versions := []string{one.watch("nvme-vm-01"), two.watch("nvme-vm-02")}
	for _, name := range []string{"nvme-vm-01", "nvme-vm-02"} {
		task, err := one.vm(name).PowerOn(one.ctx)
		one.must(err)
		one.must(task.Wait(one.ctx))
	}
	for i, c := range []*vmClient{one, two} {
		sets := c.updates(versions[i])
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
	if n := len(l.watches.list); n != 1 {
		t.Errorf("%d sessions listen, want 1", n)
	}
}

// By the setting, who did not get an answer is told again; without it the update is gone.
func TestUpdatesWhoseAnswerWasLost(t *testing.T) {
	for _, again := range []bool{false, true} {
		c := dial(t, config.Config{Settings: config.Settings{LostUpdatesSentAgain: again}})
		version := c.watch("nvme-vm-01")
		task, err := c.vm("nvme-vm-01").PowerOn(c.ctx)
		c.must(err)
		c.must(task.Wait(c.ctx)) // with a collector of its own
		c.control(http.MethodPost, "/fault", `{"method": "WaitForUpdatesEx", "drop_connection": "after"}`, nil)
		wait := types.WaitForUpdatesEx{This: c.vim.ServiceContent.PropertyCollector, Version: version,
			Options: &types.WaitOptions{MaxWaitSeconds: types.NewInt32(1)}}
		if _, err := methods.WaitForUpdatesEx(c.ctx, c.vim, &wait); err == nil {
			t.Fatal("the answer was not lost")
		}
		res, err := methods.WaitForUpdatesEx(c.ctx, c.vim, &wait)
		c.must(err)
		if told := res.Returnval != nil; told != again {
			t.Errorf("told again: %t, want %t", told, again)
		}
		if !again {
			continue
		}
		wait.Version = res.Returnval.Version
		if res, err = methods.WaitForUpdatesEx(c.ctx, c.vim, &wait); err != nil || res.Returnval != nil {
			t.Errorf("told a third time: %+v, %v", res.Returnval, err)
		}
	}
}
