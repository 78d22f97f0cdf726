// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

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
