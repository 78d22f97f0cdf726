// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"slices"
	"testing"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// expectOn checks that a VM is on a host, and on no other.
func (c *vmClient) expectOn(vm, host string, other string) {
	c.t.Helper()
	on, err := c.vm(vm).HostSystem(c.ctx)
	c.must(err)
	if ref := c.vm(vm).Reference(); on.Reference() != c.host(host).Reference() ||
		!slices.Contains(c.hostProperties(host, "vm").Vm, ref) || slices.Contains(c.hostProperties(other, "vm").Vm, ref) {
		c.t.Errorf("%s is on %s, want %s; that has %v", vm, on, host, c.hostProperties(host, "vm").Vm)
	}
}

// Who waits for the host of a VM hears of a move by others.
func TestOthersMoveAVM(t *testing.T) {
	c := dial(t, config.Config{})
	ref, collector := c.vm("nvme-vm-01").Reference(), property.DefaultCollector(c.vim)
	heard := make(chan error, 1)
	watching := make(chan struct{})
	go func() {
		told := false
		heard <- property.Wait(c.ctx, collector, ref, []string{"runtime.host"},
			func([]types.PropertyChange) bool {
				if !told {
					told = true
					close(watching)
					return false
				}
				return true
			})
	}()
	<-watching
	c.control("POST", "/move", `{"vm": "nvme-vm-01", "host": "esxi-02.lab"}`, nil)
	c.must(<-heard)
	c.expectOn("nvme-vm-01", "esxi-02.lab", "esxi-01.lab")
}

func TestDRSPlacesAtPowerOn(t *testing.T) {
	c := dial(t, config.Config{Settings: config.Settings{DRSMovesAtPowerOn: true}})
	c.must(c.powerOn("nvme-vm-01"))
	c.expectOn("nvme-vm-01", "esxi-02.lab", "esxi-01.lab")
	host := c.host("esxi-02.lab").Reference()
	request := types.PowerOnVM_Task{This: c.vm("nvme-vm-02").Reference(), Host: &host}
	_, err := methods.PowerOnVM_Task(c.ctx, c.vim, &request)
	c.must(err)
	c.must(c.vm("nvme-vm-02").WaitForPowerState(c.ctx, types.VirtualMachinePowerStatePoweredOn))
	c.expectOn("nvme-vm-02", "esxi-02.lab", "esxi-01.lab")
}
