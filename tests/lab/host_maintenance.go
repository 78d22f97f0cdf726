// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/fault"
)

// vmPoll is how often a host that enters maintenance mode looks whether its VMs are off.
const vmPoll = 20 * time.Millisecond

func (l *Lab) overrideHostStates() {
	l.override("EnterMaintenanceMode_Task", l.enterMaintenanceMode)
	l.override("ExitMaintenanceMode_Task", l.exitMaintenanceMode)
	l.override("RebootHost_Task", l.rebootHost)
	l.override("DisconnectHost_Task", l.connectHost(types.HostSystemConnectionStateDisconnected))
	l.override("ReconnectHost_Task", l.connectHost(types.HostSystemConnectionStateConnected))
}

// enterMaintenanceMode waits until no VM of the host runs but its agents, which it then stops itself. Nothing moves VMs:
// there is no DRS, and it would leave those with passthrough devices alone anyway.
func (l *Lab) enterMaintenanceMode(c *Call) soap.HasFault {
	req := c.Body.(*types.EnterMaintenanceMode_Task)
	return c.task(func(j *job) (types.AnyType, error) {
		if err := l.wantMaintenance(j.Ctx, c.This, false); err != nil {
			return nil, err
		}
		if err := l.waitForVMs(j, c.This, time.Duration(req.Timeout)*time.Second); err != nil {
			return nil, err
		}
		if err := l.vms.powerAgents(j, c.This, false); err != nil {
			return nil, err
		}
		return nil, l.setMaintenance(j.Ctx, c.This, true)
	})
}

func (l *Lab) exitMaintenanceMode(c *Call) soap.HasFault {
	return c.task(func(j *job) (types.AnyType, error) {
		if err := l.wantMaintenance(j.Ctx, c.This, true); err != nil {
			return nil, err
		}
		if err := l.setMaintenance(j.Ctx, c.This, false); err != nil {
			return nil, err
		}
		return nil, l.vms.powerAgents(j, c.This, true)
	})
}

// wantMaintenance checks that a host can be reached and is, or is not, in maintenance mode.
func (l *Lab) wantMaintenance(ctx *simulator.Context, ref types.ManagedObjectReference, want bool) error {
	if err := l.reachable(ctx, ref); err != nil {
		return err
	}
	is, err := l.inMaintenance(ctx, ref)
	if err == nil && is != want {
		return fault.New(&types.InvalidState{}, "The operation is not allowed in the current state.")
	}
	return err
}

func (l *Lab) inMaintenance(ctx *simulator.Context, ref types.ManagedObjectReference) (is bool, err error) {
	host, err := get[*simulator.HostSystem](ctx, ref)
	if err != nil {
		return false, err
	}
	l.locked(ctx, host, func() { is = host.Runtime.InMaintenanceMode })
	return is, nil
}

func (l *Lab) setMaintenance(ctx *simulator.Context, ref types.ManagedObjectReference, on bool) error {
	host, err := get[*simulator.HostSystem](ctx, ref)
	if err != nil {
		return err
	}
	l.update(ctx, host, set("runtime.inMaintenanceMode", on), set("summary.runtime.inMaintenanceMode", on))
	return nil
}

// waitForVMs waits until all VMs of a host but its agents are off, for ever if the timeout is 0, as a real host does.
func (l *Lab) waitForVMs(j *job, host types.ManagedObjectReference, timeout time.Duration) error {
	if !*l.cfg.Settings.MaintenanceBlocks {
		return nil
	}
	var late <-chan time.Time
	if timeout > 0 {
		late = time.After(timeout)
	}
	poll := time.NewTicker(vmPoll)
	defer poll.Stop()
	for l.runningVMs(j.Ctx, host) > 0 {
		select {
		case <-poll.C:
		case <-late:
			return fault.New(&types.Timedout{}, "Operation timed out.")
		case <-j.Cancelled:
			return errCancelled
		}
	}
	return nil
}

func (l *Lab) runningVMs(ctx *simulator.Context, host types.ManagedObjectReference) int {
	running := 0
	for _, vm := range l.vmsOf(ctx, host) {
		l.locked(ctx, vm, func() {
			if vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOff && !isAgent(vm) {
				running++
			}
		})
	}
	return running
}

// connectHost answers DisconnectHost_Task and ReconnectHost_Task.
func (l *Lab) connectHost(state types.HostSystemConnectionState) func(*Call) soap.HasFault {
	return func(c *Call) soap.HasFault {
		return c.task(func(j *job) (types.AnyType, error) {
			host, err := get[*simulator.HostSystem](j.Ctx, c.This)
			if err != nil {
				return nil, err
			}
			l.update(j.Ctx, host, set("runtime.connectionState", state), set("summary.runtime.connectionState", state))
			return nil, nil
		})
	}
}
