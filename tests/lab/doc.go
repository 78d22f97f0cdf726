// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Package lab is a vCenter (or a single ESXi host) that knows NVMe hot plug.
//
// It embeds govmomi's simulator and adds what that lacks: PCI devices with passthrough, esxcli over the API,
// reboots that take time, and the rules of DirectPath I/O hot plug. govmomi is used as released, without a patch.
//
// # How a call is answered
//
// Every SOAP call passes [Lab.handle], the simulator's only hook (Registry.Handler). It counts the call, looks for
// an injected fault, and then either lets the simulator answer or redirects the call to an override.
//
// # Adding an override
//
// Overrides are registered while a Lab is built, one function per method name as it appears on the wire:
//
//	l.override("ReconfigVM_Task", func(c *Call) soap.HasFault {
//		req := c.Body.(*types.ReconfigVM_Task)
//		if c.This.Type != "VirtualMachine" {
//			return c.native()
//		}
//		return c.task(func(j *job) (types.AnyType, error) { ... })
//	})
//
// Inside an override:
//
//   - no lock is held. Read or change a managed object within l.locked(ctx, ref, func(){...}).
//   - change properties with l.update(ctx, ref, set("runtime.x", v), ...): only that wakes WaitForUpdatesEx (see
//     soap_watch.go). A property that is in two places, as runtime.x in summary.runtime.x, is announced by both.
//   - c.native() is the simulator's own answer; c.fault(err) answers with a fault; c.returns(value) with a value where
//     govmomi has no type for the answer; c.task(...) with a task, which runs in a goroutine with a Context of its own
//     (the simulator's locks are re-entrant per Context).
//   - errors that should reach the client as a typed fault are *fault.Fault values; see [fault.New].
//
// State of our own (what the simulator has no place for) is guarded by Lab.mu, a leaf mutex: never take an object's
// lock, and never call into the simulator, while holding it.
package lab
