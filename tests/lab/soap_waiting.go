// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"maps"
	"slices"
	"sync"

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
}

// listeners are the sessions that have begun to wait for updates.
type listeners struct {
	mu       sync.Mutex
	sessions map[string]bool
}

// replace notes a session, and returns those that have ended since.
func (l *listeners) replace(session string, live []types.UserSession) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := l.sessions
	l.sessions = map[string]bool{session: true}
	for _, s := range live {
		if known[s.Key] {
			l.sessions[s.Key] = true
		}
	}
	return slices.DeleteFunc(slices.Collect(maps.Keys(known)), func(key string) bool { return l.sessions[key] })
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
	// The end of a session cannot be seen from here, so those that have ended are dropped when another begins to wait.
	for _, ended := range c.Lab.listeners.replace(c.Ctx.Session.Key, c.Lab.sessions(c.Ctx)) {
		c.Ctx.Map.RemoveHandler(&listener{session: ended})
	}
	c.Ctx.Map.AddHandler(&listener{collector, c.Ctx.Session.Key})
	defer c.Ctx.Map.RemoveHandler(collector)
	return c.native()
}
