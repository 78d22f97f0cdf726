// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// overrideWaiting lets sessions wait for updates at the same time. Each has its own property collector, but all of them
// have the same reference, and the simulator keeps those to tell of updates by reference: whoever began to wait last
// would hear of everything, and the others of nothing any more.
func (l *Lab) overrideWaiting() {
	l.override("WaitForUpdatesEx", func(c *Call) soap.HasFault {
		version := c.Body.(*types.WaitForUpdatesEx).Version
		if last := l.lastUpdates.lost(c, version); last != nil {
			return last
		}
		answer := c.waiting(version)
		if body, ok := answer.(*methods.WaitForUpdatesExBody); ok && body.Res != nil && body.Res.Returnval != nil {
			l.refuseUpdates(c.Ctx, body.Res.Returnval)
			l.lastUpdates.keep(c, version, body)
		}
		return answer
	})
	l.override("WaitForUpdates", func(c *Call) soap.HasFault {
		answer := c.waiting(c.Body.(*types.WaitForUpdates).Version)
		if body, ok := answer.(*methods.WaitForUpdatesBody); ok && body.Res != nil {
			l.refuseUpdates(c.Ctx, &body.Res.Returnval)
		}
		return answer
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

// refuseUpdates takes out of updates what clients may not see.
func (l *Lab) refuseUpdates(ctx *simulator.Context, set *types.UpdateSet) {
	for _, filter := range set.FilterSet {
		for i := range filter.ObjectSet {
			o := &filter.ObjectSet[i]
			kept := make([]types.PropertyChange, 0, len(o.ChangeSet))
			for _, change := range o.ChangeSet {
				if privilege := l.deniedProperty(ctx, o.Obj, change.Name); privilege != "" {
					o.MissingSet = append(o.MissingSet, missing(o.Obj, change.Name, privilege))
					continue
				}
				change.Val = l.withoutHidden(o.Obj, change.Name, change.Val)
				kept = append(kept, change)
			}
			o.ChangeSet = kept
		}
	}
}

// lastUpdates are the last answers to those who wait for updates, by session and collector. The simulator forgets an
// update as soon as it has answered; a server can tell it again to a client that did not get the answer.
type lastUpdates struct {
	mu      sync.Mutex
	wanted  bool // the setting lost_updates_sent_again; false: nothing is kept
	count   int
	answers map[string]lastUpdate
}

type lastUpdate struct {
	since string // the version that the client asked from
	body  *methods.WaitForUpdatesExBody
}

// keep gives the updates a version of their own, so that a client shows by the next call whether it got them.
func (u *lastUpdates) keep(c *Call, since string, body *methods.WaitForUpdatesExBody) {
	if !u.wanted {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.count++
	body.Res.Returnval.Version = fmt.Sprint(u.count)
	u.answers[updatesKey(c)] = lastUpdate{since, body}
}

// lost is the answer that a client did not get: it asks again from the version from which it asked then.
func (u *lastUpdates) lost(c *Call, since string) soap.HasFault {
	u.mu.Lock()
	defer u.mu.Unlock()
	if last, ok := u.answers[updatesKey(c)]; ok && since != "" && last.since == since {
		return last.body
	}
	return nil
}

func updatesKey(c *Call) string { return c.Ctx.Session.Key + c.This.Value }
