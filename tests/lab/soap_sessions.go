// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// endSession ends one session, as when it has been idle for too long.
func (l *Lab) endSession(ctx *simulator.Context, id string) {
	// The caller's own session may not be terminated by the API, so this is done in the name of the lab's.
	own := l.context()
	own.Context = ctx.Context
	own.Map.SessionManager().TerminateSession(own, &types.TerminateSession{SessionId: []string{id}})
}

// endSessions ends all sessions.
func (l *Lab) endSessions() {
	ctx := l.context()
	for _, s := range l.sessions(ctx) {
		l.endSession(ctx, s.Key)
	}
}

// sessions lists the sessions of clients.
func (l *Lab) sessions(ctx *simulator.Context) []types.UserSession {
	return ctx.Session.Get(ctx.Map.SessionManager().Self).(*simulator.SessionManager).SessionList
}
