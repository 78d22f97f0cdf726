// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// overrideWaiting lets sessions wait for updates at the same time. Each has its own property collector, but all of them
// have the same reference, and the simulator keeps those to tell of updates by reference: whoever began to wait last
// would hear of everything, and the others of nothing any more.
func (l *Lab) overrideWaiting() {
	l.override("WaitForUpdatesEx", func(c *Call) soap.HasFault {
		return c.waiting(c.Body.(*types.WaitForUpdatesEx).Version)
	})
	l.override("WaitForUpdates", func(c *Call) soap.HasFault {
		return c.waiting(c.Body.(*types.WaitForUpdates).Version)
	})
	l.override("Logout", func(c *Call) soap.HasFault {
		defer c.Ctx.Map.RemoveHandler(&listener{session: c.Ctx.Session.Key})
		return c.native()
	})
}

// listener is the property collector of a session, with a reference of its own to be told of updates by.
type listener struct {
	*simulator.PropertyCollector
	session string
}

// Reference implements mo.Reference.
func (l *listener) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "PropertyCollector", Value: "propertyCollector@" + l.session}
}

// waiting answers a call that waits for updates. A collector begins to listen with the call that has no version yet.
// Collectors that a client creates are known to its session only, and have references of their own already.
func (c *Call) waiting(version string) soap.HasFault {
	collector, ok := c.Ctx.Session.Get(c.This).(*simulator.PropertyCollector)
	if !ok || version != "" || c.Ctx.Map.Get(c.This) == nil {
		return c.native()
	}
	c.Ctx.Map.AddHandler(&listener{collector, c.Ctx.Session.Key})
	defer c.Ctx.Map.RemoveHandler(collector)
	return c.native()
}
