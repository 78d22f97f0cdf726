// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// Who manages the VMs that vSphere itself runs on hosts: its agent manager (vCLS up to 8.0 U2 among them), and since
// 8.0 U3 vCenter, for vCLS.
const (
	agentManager  = "com.vmware.vim.eam"
	vCenterItself = "VirtualCenter"
	vclsEntity    = "vcls-entity"
)

// isAgent is true for a VM that vSphere stops and starts by itself. The lock of the VM is held.
func isAgent(vm *simulator.VirtualMachine) bool {
	by := vm.Config.ManagedBy
	return by != nil && (by.ExtensionKey == agentManager || by.ExtensionKey == vCenterItself && by.Type == vclsEntity)
}

// powerAgents starts, or stops, the agents of a host that are not in that state yet.
func (m *machines) powerAgents(j *job, host types.ManagedObjectReference, on bool) error {
	m.turn.Lock()
	defer m.turn.Unlock()
	for _, vm := range m.vmsOf(j.Ctx, host) {
		wrong := false
		m.locked(j.Ctx, vm, func() { wrong = isAgent(vm) && on != (vm.Runtime.PowerState == config.PoweredOn) })
		if !wrong {
			continue
		}
		change := m.stop
		if on {
			change = m.start
		}
		if err := change(j, vm); err != nil {
			return err
		}
	}
	return nil
}
