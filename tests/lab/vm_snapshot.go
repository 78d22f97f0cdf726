// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// buildSnapshot gives a VM the snapshot of the configuration, without its memory.
func (m *machines) buildSnapshot(ctx *simulator.Context, vm *simulator.VirtualMachine, cfg config.VM) error {
	if cfg.Snapshot == "" {
		return nil
	}
	request := &types.CreateSnapshot_Task{This: vm.Self, Name: cfg.Snapshot}
	_, err := m.simulated(&job{Ctx: ctx}, vm.Self, "CreateSnapshot_Task", request)
	return err
}
