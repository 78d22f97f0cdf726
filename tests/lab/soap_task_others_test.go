// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"net/http"
	"testing"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// recentTasks are the states of the recent tasks of an object, by what they are called.
func (c *vmClient) recentTasks(ref types.ManagedObjectReference) map[string]types.TaskInfoState {
	c.t.Helper()
	var entity mo.ManagedEntity
	collector := property.DefaultCollector(c.vim)
	c.must(collector.RetrieveOne(c.ctx, ref, []string{"recentTask"}, &entity))
	states := map[string]types.TaskInfoState{}
	for _, one := range entity.RecentTask {
		var task mo.Task
		c.must(collector.RetrieveOne(c.ctx, one, []string{"info"}, &task))
		states[task.Info.DescriptionId] = task.Info.State
	}
	return states
}

func TestTasksOfOthers(t *testing.T) {
	c := dial(t, config.Config{})
	vm, host := c.vm("nvme-vm-01"), c.host("esxi-01.lab")
	for _, bad := range []string{`{}`, `{"vm": "other"}`, `{"host": "other"}`, `{"vm": "nvme-vm-01", "host": "esxi-01.lab"}`} {
		if code := c.control(http.MethodPost, "/task", bad, nil); code != http.StatusBadRequest {
			t.Errorf("%s is answered with %d", bad, code)
		}
	}
	c.control(http.MethodPost, "/task", `{"vm": "nvme-vm-01"}`, nil)
	c.control(http.MethodPost, "/task", `{"host": "esxi-01.lab", "method": "RefreshStorageSystem"}`, nil)
	if got := c.recentTasks(vm.Reference())["VirtualMachine.createSnapshot"]; got != types.TaskInfoStateRunning {
		t.Errorf("the VM's task is %q", got)
	}
	if got := c.recentTasks(host.Reference())["HostSystem.refreshStorageSystem"]; got != types.TaskInfoStateRunning {
		t.Errorf("the host's task is %q", got)
	}
	c.must(c.powerOn("nvme-vm-01")) // nobody has to wait
	c.control(http.MethodPost, "/task/clear", "", nil)
	var task mo.VirtualMachine
	c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, vm.Reference(), []string{"recentTask"}, &task))
	for _, one := range task.RecentTask {
		c.must(property.Wait(c.ctx, property.DefaultCollector(c.vim), one, []string{"info.state"},
			func(changes []types.PropertyChange) bool { return changes[0].Val == types.TaskInfoStateSuccess }))
	}
	c.control(http.MethodPost, "/task", `{"vm": "nvme-vm-01", "method": "RelocateVM_Task"}`, nil)
	if got := c.recentTasks(vm.Reference())["VirtualMachine.relocateVM"]; got != types.TaskInfoStateRunning {
		t.Errorf("the next task is %q", got)
	}
}
