// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"testing"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

func TestVMsWithASnapshotOrFaultTolerance(t *testing.T) {
	c := dial(t, config.Config{
		Hosts: []config.Host{{Name: "a", InMaintenanceMode: true}},
		VMs: []config.VM{{Name: "kept", Snapshot: "before the upgrade"}, {Name: "twin", FaultTolerance: true},
			{Name: "asleep", Power: config.Suspended}},
	})
	var vms []mo.VirtualMachine
	refs := []types.ManagedObjectReference{c.vm("kept").Reference(), c.vm("twin").Reference()}
	c.must(property.DefaultCollector(c.vim).Retrieve(c.ctx, refs, []string{"snapshot", "runtime", "recentTask", "name"}, &vms))
	for _, vm := range vms {
		protected := vm.Runtime.FaultToleranceState == types.VirtualMachineFaultToleranceStateRunning
		if (vm.Snapshot != nil) != (vm.Name == "kept") || protected != (vm.Name == "twin") {
			t.Errorf("%s has the snapshots %+v, Fault Tolerance %s", vm.Name, vm.Snapshot, vm.Runtime.FaultToleranceState)
		}
		if vm.Snapshot != nil && vm.Snapshot.RootSnapshotList[0].Name != "before the upgrade" {
			t.Errorf("the snapshots are %+v", vm.Snapshot.RootSnapshotList)
		}
	}
	c.wantPower(types.VirtualMachinePowerStateSuspended, "asleep")
	if !c.hostProperties("a", "runtime").Runtime.InMaintenanceMode {
		t.Error("the host is not in maintenance mode")
	}
}
