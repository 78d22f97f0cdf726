// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// Move is what others do to a VM: DRS, or an administrator, puts it on another host. The JSON of `lab move`.
type Move struct {
	VM   string `json:"vm"`
	Host string `json:"host"`
}

// moveVM puts a VM on another host, whatever it has; nobody is asked.
func (l *Lab) moveVM(request Move) error {
	h, err := l.hostNamed(request.Host)
	if err != nil {
		return err
	}
	vm := l.vmNamed(request.VM)
	if vm == nil {
		return fmt.Errorf("there is no VM %q", request.VM)
	}
	l.vms.turn.Lock()
	defer l.vms.turn.Unlock()
	return l.place(l.context(), vm, h.ref)
}

// place makes a host the one of a VM, and tells everyone who waits for either.
func (l *Lab) place(ctx *simulator.Context, vm *simulator.VirtualMachine, target types.ManagedObjectReference) error {
	var from types.ManagedObjectReference
	l.locked(ctx, vm, func() { from = *vm.Runtime.Host })
	if from == target {
		return nil
	}
	for _, ref := range []types.ManagedObjectReference{from, target} {
		host, err := get[*simulator.HostSystem](ctx, ref)
		if err != nil {
			return err
		}
		l.locked(ctx, host, func() {
			vms := without(host.Vm, vm.Self)
			if ref == target {
				vms = append(vms, vm.Self)
			}
			ctx.Update(host, []types.PropertyChange{set("vm", vms)})
		})
	}
	l.update(ctx, vm, set("runtime.host", &target), set("summary.runtime.host", &target))
	return nil
}

// placeAtPowerOn is what DRS does to a VM that is powered on without a host being asked for: by the setting
// drs_moves_at_power_on it goes to the next host of the cluster that is connected and not in maintenance mode.
func (m *machines) placeAtPowerOn(ctx *simulator.Context, vm *simulator.VirtualMachine) error {
	var from types.ManagedObjectReference
	off := false
	m.locked(ctx, vm, func() {
		from, off = *vm.Runtime.Host, vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOff
	})
	host, err := get[*simulator.HostSystem](ctx, from)
	if err != nil || !off || !m.cfg.Settings.DRSMovesAtPowerOn {
		return err
	}
	cluster, ok := ctx.Map.Get(*host.Parent).(*simulator.ClusterComputeResource)
	if !ok {
		return nil
	}
	var hosts []types.ManagedObjectReference
	m.locked(ctx, cluster, func() { hosts = slices.Clone(cluster.Host) })
	at := slices.Index(hosts, from)
	for i := 1; i < len(hosts); i++ {
		next := hosts[(at+i)%len(hosts)]
		if resting, err := m.inMaintenance(ctx, next); err == nil && !resting && m.reachable(ctx, next) == nil {
			return m.place(ctx, vm, next)
		}
	}
	return nil
}
