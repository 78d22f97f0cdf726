// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

func (c *vmClient) wantPower(want types.VirtualMachinePowerState, names ...string) {
	c.t.Helper()
	for _, name := range names {
		state, err := c.vm(name).PowerState(c.ctx)
		c.must(err)
		if state != want {
			c.t.Errorf("%s is %s, want %s", name, state, want)
		}
	}
}

// Maintenance mode stops and starts vSphere's own VMs, and waits for all others.
func TestAgentsDoNotHoldMaintenanceMode(t *testing.T) {
	own := func(name, key, kind string) config.VM {
		return config.VM{Name: name, Power: config.PoweredOn, ManagedBy: &config.ManagedBy{ExtensionKey: key, Type: kind}}
	}
	c := dial(t, config.Config{VMs: []config.VM{
		own("embedded", "VirtualCenter", "vcls-entity"), own("older", "com.vmware.vim.eam", "cluster-agent"),
		{Name: "later", Power: config.PoweredOn}, own("foreign", "VirtualCenter", "something"),
	}})
	task, err := c.vm("later").Reconfigure(c.ctx, types.VirtualMachineConfigSpec{
		ManagedBy: &types.ManagedByInfo{ExtensionKey: "VirtualCenter", Type: "vcls-entity"}})
	c.must(err)
	c.must(task.Wait(c.ctx))
	wantFault[types.Timedout](t, c.maintenance("esxi-01.lab", 1).Wait(c.ctx), "")
	c.wantPower(types.VirtualMachinePowerStatePoweredOn, "embedded", "older", "later", "foreign")

	task, err = c.vm("foreign").PowerOff(c.ctx)
	c.must(err)
	c.must(task.Wait(c.ctx))
	c.must(c.maintenance("esxi-01.lab", 1).Wait(c.ctx))
	c.wantPower(types.VirtualMachinePowerStatePoweredOff, "embedded", "older", "later", "foreign")
	task, err = c.host("esxi-01.lab").ExitMaintenanceMode(c.ctx, 0)
	c.must(err)
	c.must(task.Wait(c.ctx))
	c.wantPower(types.VirtualMachinePowerStatePoweredOn, "embedded", "older", "later")
	c.wantPower(types.VirtualMachinePowerStatePoweredOff, "foreign")
}
