// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/fault"
)

// goingDown is the part of the time of a reboot in which the host still answers.
const goingDown = 0.1

// rebootHost answers RebootHost_Task. The task ends when the reboot has begun, long before the host is back.
func (l *Lab) rebootHost(c *Call) soap.HasFault {
	req := c.Body.(*types.RebootHost_Task)
	return c.task(func(j *job) (types.AnyType, error) {
		if err := l.reachable(j.Ctx, c.This); err != nil {
			return nil, err
		}
		h, err := l.hostOf(c.This)
		if err != nil {
			return nil, err
		}
		maintenance, err := l.inMaintenance(j.Ctx, c.This)
		if err != nil {
			return nil, err
		}
		if !maintenance && !req.Force {
			return nil, fault.New(&types.InvalidState{}, "The operation is not allowed in the current state of the host: "+
				"it is not in maintenance mode.")
		}
		if !l.beginReboot(h) {
			return nil, fault.New(&types.InvalidState{}, "The operation is not allowed in the current state of the host: "+
				"it is already rebooting.")
		}
		go l.reboot(l.context(), h)
		return nil, nil
	})
}

// beginReboot is false for a host that reboots already.
func (l *Lab) beginReboot(h *hostState) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h.rebooting {
		return false
	}
	h.rebooting = true
	return true
}

// reboot is the way of a host from up to down and up again. It stops where it is when the lab is closed or reset.
func (l *Lab) reboot(ctx *simulator.Context, h *hostState) {
	whole := seconds(*l.cfg.Settings.RebootSeconds)
	early := time.Duration(float64(whole) * goingDown)
	if !l.sleep(early) {
		return
	}
	l.powerOffVMs(ctx, h)
	l.goDown(ctx, h)
	if !l.sleep(whole-early) || !l.pass(nil, holdBoot) {
		return
	}
	l.boot(h)
	l.publish(ctx, h)
	l.comeBack(ctx, h)
}

// sleep waits; it is false if the lab was closed meanwhile.
func (l *Lab) sleep(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-l.closed:
		return false
	}
}

// powerOffVMs ends the VMs that a forced reboot does not wait for.
func (l *Lab) powerOffVMs(ctx *simulator.Context, h *hostState) {
	for _, vm := range l.vmsOf(ctx, h.ref) {
		if guest := l.guests[vm.Self]; guest != nil {
			guest.powerOff()
		}
		l.update(ctx, vm, set("runtime.powerState", types.VirtualMachinePowerStatePoweredOff),
			set("summary.runtime.powerState", types.VirtualMachinePowerStatePoweredOff))
	}
}

// goDown makes a host unreachable: through vCenter it does not respond, on ESXi itself there is no server any more.
func (l *Lab) goDown(ctx *simulator.Context, h *hostState) {
	if l.cfg.Mode == config.ModeESXi {
		l.endSessions()
		if l.conns != nil {
			l.conns.shut()
		}
		return
	}
	l.setConnection(ctx, h, types.HostSystemConnectionStateNotResponding, types.HostSystemPowerStateUnknown,
		types.VirtualMachineConnectionStateDisconnected)
}

// boot puts in force what was waiting for it.
func (l *Lab) boot(h *hostState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range h.kernel {
		if h.cfg.ManagedByProfile && !s.readOnly {
			s.configured = s.byDefault // the profile is the truth of such a host, and a boot applies it
		}
		s.boot()
	}
	for _, d := range h.devices {
		d.active = d.enabled
	}
	h.rebooting = false
}

func (l *Lab) comeBack(ctx *simulator.Context, h *hostState) {
	if host, err := get[*simulator.HostSystem](ctx, h.ref); err == nil {
		now := time.Now().UTC().Truncate(time.Microsecond)
		l.update(ctx, host, set("runtime.bootTime", now), set("summary.runtime.bootTime", now))
	}
	l.setConnection(ctx, h, types.HostSystemConnectionStateConnected, types.HostSystemPowerStatePoweredOn,
		types.VirtualMachineConnectionStateConnected)
	if l.cfg.Mode == config.ModeESXi && l.conns != nil {
		l.conns.open()
	}
}

func (l *Lab) setConnection(ctx *simulator.Context, h *hostState, state types.HostSystemConnectionState,
	power types.HostSystemPowerState, vms types.VirtualMachineConnectionState) {
	host, err := get[*simulator.HostSystem](ctx, h.ref)
	if err != nil {
		return // removed from the inventory meanwhile
	}
	l.update(ctx, host,
		set("runtime.connectionState", state), set("summary.runtime.connectionState", state),
		set("runtime.powerState", power), set("summary.runtime.powerState", power))
	for _, vm := range l.vmsOf(ctx, h.ref) {
		l.update(ctx, vm, set("runtime.connectionState", vms), set("summary.runtime.connectionState", vms))
	}
}
