// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/fault"
)

// Waiting for updates. The simulator reads and copies all that a filter has at every change of any object, which takes
// seconds where a filter has a thousand, and it tells collectors of changes by a reference that all sessions share. So a
// property collector is watched here: what changed is noted, and only that is read.

// watches are the property collectors that clients wait with. They are told of every change by the registry.
type watches struct {
	mu   sync.Mutex
	list map[*simulator.PropertyCollector]*watch
}

// watch is what one collector has told, and has to tell.
type watch struct {
	session string
	turn    sync.Mutex    // of the call that makes an answer
	cancel  chan struct{} // of the call that waits; guarded by turn
	version int
	pending []types.PropertyFilterUpdate // what did not fit into the last answer

	mu      sync.Mutex
	woken   chan struct{}
	all     bool // note everything: which objects there are is being read
	filters map[types.ManagedObjectReference]*watched
	notes
}

// notes are what has changed since they were last taken.
type notes struct {
	changed map[types.ManagedObjectReference]map[string]bool // paths by object
	removed map[types.ManagedObjectReference]bool
	moved   bool // objects may have come into filters, or gone out of them
}

// watched is a filter: the objects that it has, and the paths on which it looks for them.
type watched struct {
	objects map[types.ManagedObjectReference]bool
	ways    map[string]bool
}

// Reference implements mo.Reference.
func (*watches) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "Watches", Value: "lab"}
}

// PutObject implements simulator.RegisterObject.
func (w *watches) PutObject(_ *simulator.Context, obj mo.Reference) {
	if obj.Reference().Type != "Task" {
		w.each(func(one *watch) { one.move() })
	}
}

// UpdateObject implements simulator.RegisterObject.
func (w *watches) UpdateObject(_ *simulator.Context, obj mo.Reference, changes []types.PropertyChange) {
	ref := obj.Reference()
	w.each(func(one *watch) { one.note(ref, changes) })
}

// RemoveObject implements simulator.RegisterObject.
func (w *watches) RemoveObject(_ *simulator.Context, ref types.ManagedObjectReference) {
	w.each(func(one *watch) { one.remove(ref) })
}

func (w *watches) each(f func(*watch)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, one := range w.list {
		one.mu.Lock()
		f(one)
		one.mu.Unlock()
	}
}

func (w *watch) wake() {
	select {
	case w.woken <- struct{}{}:
	default: // it has not been noticed yet
	}
}

func (w *watch) move() {
	for _, f := range w.filters {
		w.moved = w.moved || len(f.ways) > 0
	}
	if w.moved {
		w.wake()
	}
}

func (w *watch) note(ref types.ManagedObjectReference, changes []types.PropertyChange) {
	known := w.all
	for _, f := range w.filters {
		known = known || f.objects[ref]
		for way := range f.ways {
			w.moved = w.moved || slices.ContainsFunc(changes, func(c types.PropertyChange) bool { return related(way, c.Name) })
		}
	}
	if known {
		if w.changed[ref] == nil {
			w.changed[ref] = map[string]bool{}
		}
		for _, c := range changes {
			w.changed[ref][c.Name] = true
		}
	}
	if known || w.moved {
		w.wake()
	}
}

func (w *watch) remove(ref types.ManagedObjectReference) {
	for _, f := range w.filters {
		if f.objects[ref] {
			w.removed[ref] = true
			w.wake()
		}
	}
	w.move()
}

func newNotes() notes {
	return notes{changed: map[types.ManagedObjectReference]map[string]bool{}, removed: map[types.ManagedObjectReference]bool{}}
}

// take returns the notes, and begins new ones.
func (w *watch) take() notes {
	w.mu.Lock()
	defer w.mu.Unlock()
	taken := w.notes
	w.notes = newNotes()
	return taken
}

// related: a change at one path shows at the other, which is the same, above or below.
func related(a, b string) bool {
	return isInside(a, b) || isInside(b, a)
}

// of returns the watch of a collector. One that asks from no version begins anew; another has to have begun.
func (l *Lab) watchOf(c *Call, version string) (*simulator.PropertyCollector, *watch, error) {
	collector, ok := c.Ctx.Session.Get(c.This).(*simulator.PropertyCollector)
	if !ok {
		return nil, nil, fault.NotFound(c.This)
	}
	live := map[string]bool{}
	for _, s := range l.sessions(c.Ctx) {
		live[s.Key] = true
	}
	l.watches.mu.Lock()
	defer l.watches.mu.Unlock()
	one := l.watches.list[collector]
	if version == "" && one == nil {
		for old, w := range l.watches.list {
			if !live[w.session] {
				delete(l.watches.list, old)
			}
		}
		one = &watch{session: c.Ctx.Session.Key, woken: make(chan struct{}, 1), notes: newNotes(),
			filters: map[types.ManagedObjectReference]*watched{}}
		l.watches.list[collector] = one
	}
	if one == nil {
		return nil, nil, fault.New(&types.InvalidCollectorVersion{}, "The version '%s' is not one of this collector.", version)
	}
	return collector, one, nil
}

// settle is how long changes are gathered for an answer.
const settle = 20 * time.Millisecond

// sessionPoll is how often those who wait look whether their session has ended.
const sessionPoll = 200 * time.Millisecond

// waitForUpdates answers WaitForUpdatesEx. A collector has one call that waits: a later one ends it.
func (l *Lab) waitForUpdates(c *Call, version string, options *types.WaitOptions) (*types.UpdateSet, error) {
	collector, w, err := l.watchOf(c, version)
	if err != nil {
		return nil, err
	}
	cancelled := w.begin(version == "")
	var timeout <-chan time.Time
	now, limit := false, defaultUpdates
	if options != nil {
		if s := options.MaxWaitSeconds; s != nil {
			now, timeout = *s == 0, time.After(time.Duration(*s)*time.Second)
		}
		if n := int(options.MaxObjectUpdates); n > 0 {
			limit = min(limit, n)
		}
	}
	poll := time.NewTicker(sessionPoll)
	defer poll.Stop()
	for {
		set, err := l.answerOf(c, collector, w, limit)
		if err != nil || set != nil || now {
			return set, err
		}
		select {
		case <-w.woken:
			time.Sleep(settle)
		case <-timeout:
			return nil, nil
		case <-cancelled:
			return nil, fault.New(&types.RequestCanceled{}, "The task was canceled by a user.")
		case <-l.closed:
			return nil, nil
		case <-poll.C:
			if !slices.ContainsFunc(l.sessions(c.Ctx), func(s types.UserSession) bool { return s.Key == w.session }) {
				return nil, fault.New(&types.NotAuthenticated{}, "The session is not authenticated.")
			}
		}
	}
}

// begin ends the call that waits, and returns what tells that this one is to end. anew: all is to be told again.
func (w *watch) begin(anew bool) <-chan struct{} {
	w.end()
	w.turn.Lock()
	defer w.turn.Unlock()
	w.cancel = make(chan struct{})
	if anew {
		w.pending = nil
		w.mu.Lock()
		w.filters = map[types.ManagedObjectReference]*watched{}
		w.mu.Unlock()
	}
	return w.cancel
}

func (w *watch) end() {
	w.turn.Lock()
	defer w.turn.Unlock()
	if w.cancel != nil {
		close(w.cancel)
		w.cancel = nil
	}
}

// defaultUpdates is how many objects an answer has at most, as of a vCenter.
const defaultUpdates = 100

// answerOf is what there is to tell now; nil if there is nothing.
func (l *Lab) answerOf(c *Call, collector *simulator.PropertyCollector, w *watch, limit int) (*types.UpdateSet, error) {
	w.turn.Lock()
	defer w.turn.Unlock()
	if len(w.pending) == 0 {
		updates, err := l.collect(c.Ctx, collector, w)
		if err != nil {
			return nil, err
		}
		w.pending = updates
	}
	if len(w.pending) == 0 {
		return nil, nil
	}
	w.version++
	set := &types.UpdateSet{Version: strconv.Itoa(w.version)}
	for limit > 0 && len(w.pending) > 0 {
		first := &w.pending[0]
		n := min(limit, len(first.ObjectSet))
		set.FilterSet = append(set.FilterSet, types.PropertyFilterUpdate{Filter: first.Filter, ObjectSet: first.ObjectSet[:n]})
		limit -= n
		if first.ObjectSet = first.ObjectSet[n:]; len(first.ObjectSet) == 0 {
			w.pending = w.pending[1:]
		}
	}
	if len(w.pending) > 0 {
		set.Truncated = types.NewBool(true)
	}
	return set, nil
}

// overrideWaiting lets sessions wait for updates at the same time, each with its own collectors.
func (l *Lab) overrideWaiting() {
	l.override("WaitForUpdatesEx", func(c *Call) soap.HasFault {
		req := c.Body.(*types.WaitForUpdatesEx)
		if last := l.lastUpdates.lost(c, req.Version); last != nil {
			return last
		}
		set, err := l.waitForUpdates(c, req.Version, req.Options)
		if err != nil {
			return c.fault(err)
		}
		body := &methods.WaitForUpdatesExBody{Res: &types.WaitForUpdatesExResponse{Returnval: set}}
		if set != nil {
			l.refuseUpdates(c.Ctx, set)
			l.lastUpdates.keep(c, req.Version, body)
		}
		return body
	})
	l.override("WaitForUpdates", func(c *Call) soap.HasFault {
		set, err := l.waitForUpdates(c, c.Body.(*types.WaitForUpdates).Version, nil)
		if err != nil {
			return c.fault(err)
		}
		if set == nil { // the lab ends
			set = &types.UpdateSet{}
		}
		l.refuseUpdates(c.Ctx, set)
		return &methods.WaitForUpdatesBody{Res: &types.WaitForUpdatesResponse{Returnval: *set}}
	})
	l.override("CancelWaitForUpdates", func(c *Call) soap.HasFault {
		l.withWatch(c, func(w *watch) { w.end() })
		return &methods.CancelWaitForUpdatesBody{Res: &types.CancelWaitForUpdatesResponse{}}
	})
	l.override("CreateFilter", func(c *Call) soap.HasFault { // who waits already is told of what it has
		defer l.withWatch(c, func(w *watch) { w.wake() })
		return c.native()
	})
	l.override("DestroyPropertyCollector", func(c *Call) soap.HasFault {
		l.withWatch(c, func(w *watch) { w.end() })
		if collector, ok := c.Ctx.Session.Get(c.This).(*simulator.PropertyCollector); ok {
			l.watches.mu.Lock()
			delete(l.watches.list, collector)
			l.watches.mu.Unlock()
		}
		return c.native()
	})
}

// withWatch calls f for the watch of the collector that a call is for, if there is one.
func (l *Lab) withWatch(c *Call, f func(*watch)) {
	collector, _ := c.Ctx.Session.Get(c.This).(*simulator.PropertyCollector)
	l.watches.mu.Lock()
	one := l.watches.list[collector]
	l.watches.mu.Unlock()
	if one != nil {
		f(one)
	}
}

// withoutKey is a path without the key of an element: config.extraConfig of config.extraConfig["x"].
func withoutKey(path string) string {
	before, _, _ := strings.Cut(path, "[")
	return before
}
