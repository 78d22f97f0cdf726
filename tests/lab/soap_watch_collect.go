// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"cmp"
	"maps"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/fault"
)

// What filters have to tell: objects that are new to them, whole; of those that changed the properties that did; and
// which have gone.

// collect makes the updates of all filters of a collector. The watch's turn must be held.
func (l *Lab) collect(ctx *simulator.Context, collector *simulator.PropertyCollector, w *watch) ([]types.PropertyFilterUpdate, error) {
	var refs []types.ManagedObjectReference
	l.locked(ctx, collector, func() { refs = slices.Clone(collector.Filter) })
	w.mu.Lock()
	maps.DeleteFunc(w.filters, func(ref types.ManagedObjectReference, _ *watched) bool { return !slices.Contains(refs, ref) })
	fresh := slices.ContainsFunc(refs, func(ref types.ManagedObjectReference) bool { return w.filters[ref] == nil })
	w.all = fresh // what changes while objects are read is told after them
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.all = false
		w.mu.Unlock()
	}()
	notes := w.take()
	var updates []types.PropertyFilterUpdate
	for _, ref := range refs {
		filter, ok := ctx.Session.Get(ref).(*simulator.PropertyFilter)
		if !ok {
			continue
		}
		objects, err := l.collectFilter(ctx, collector, w, filter, notes)
		if err != nil {
			return nil, err
		}
		if len(objects) > 0 {
			updates = append(updates, types.PropertyFilterUpdate{Filter: ref, ObjectSet: objects})
		}
	}
	return updates, nil
}

func (l *Lab) collectFilter(ctx *simulator.Context, collector *simulator.PropertyCollector, w *watch,
	filter *simulator.PropertyFilter, notes notes) ([]types.ObjectUpdate, error) {
	spec := filter.Spec
	w.mu.Lock()
	known := w.filters[filter.Self]
	w.mu.Unlock()
	if known == nil {
		all, err := read(ctx, collector, spec)
		if err != nil {
			return nil, err
		}
		known = &watched{objects: map[types.ManagedObjectReference]bool{}, ways: ways(spec)}
		updates := entered(known, all)
		w.mu.Lock()
		w.filters[filter.Self] = known
		w.mu.Unlock()
		return updates, nil
	}
	var updates []types.ObjectUpdate
	for ref := range notes.removed {
		if known.objects[ref] {
			updates = append(updates, w.forget(known, ref))
		}
	}
	if notes.moved && len(known.ways) > 0 {
		moved, err := l.collectMoved(ctx, collector, w, known, spec)
		if err != nil {
			return nil, err
		}
		updates = append(updates, moved...)
	}
	for _, ref := range slices.SortedFunc(maps.Keys(notes.changed), compareReferences) {
		if !known.objects[ref] || slices.ContainsFunc(updates, func(u types.ObjectUpdate) bool { return u.Obj == ref }) {
			continue // what is new was read just now
		}
		update, err := modified(ctx, collector, spec, ref, notes.changed[ref])
		if err != nil {
			return nil, err
		}
		if update != nil {
			updates = append(updates, *update)
		}
	}
	return updates, nil
}

// collectMoved finds the objects that have come into a filter, or gone out of it.
func (l *Lab) collectMoved(ctx *simulator.Context, collector *simulator.PropertyCollector, w *watch, known *watched,
	spec types.PropertyFilterSpec) ([]types.ObjectUpdate, error) {
	names := spec
	names.PropSet = nil
	for _, p := range spec.PropSet {
		names.PropSet = append(names.PropSet, types.PropertySpec{Type: p.Type})
	}
	now, err := read(ctx, collector, names)
	if err != nil {
		return nil, err
	}
	there := map[types.ManagedObjectReference]bool{}
	var come []types.ObjectSpec
	for _, o := range now {
		there[o.Obj] = true
		if !known.objects[o.Obj] {
			come = append(come, types.ObjectSpec{Obj: o.Obj})
		}
	}
	var updates []types.ObjectUpdate
	for ref := range maps.Clone(known.objects) {
		if !there[ref] {
			updates = append(updates, w.forget(known, ref))
		}
	}
	if len(come) == 0 {
		return updates, nil
	}
	found, err := read(ctx, collector, types.PropertyFilterSpec{PropSet: spec.PropSet, ObjectSet: come})
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return append(updates, entered(known, found)...), nil
}

// forget takes an object out of a filter.
func (w *watch) forget(known *watched, ref types.ManagedObjectReference) types.ObjectUpdate {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(known.objects, ref)
	return types.ObjectUpdate{Kind: types.ObjectUpdateKindLeave, Obj: ref}
}

// entered makes updates of objects that are new to a filter, and notes that it has them.
func entered(known *watched, objects []types.ObjectContent) []types.ObjectUpdate {
	var updates []types.ObjectUpdate
	for _, o := range objects {
		known.objects[o.Obj] = true
		update := types.ObjectUpdate{Kind: types.ObjectUpdateKindEnter, Obj: o.Obj, MissingSet: o.MissingSet}
		for _, p := range o.PropSet {
			update.ChangeSet = append(update.ChangeSet, set(p.Name, p.Val))
		}
		updates = append(updates, update)
	}
	return updates
}

// modified is the update of an object of which some paths have changed; nil if the filter has none of them.
func modified(ctx *simulator.Context, collector *simulator.PropertyCollector, spec types.PropertyFilterSpec,
	ref types.ManagedObjectReference, changed map[string]bool) (*types.ObjectUpdate, error) {
	props := spec.PropSet
	if slices.ContainsFunc(props, func(p types.PropertySpec) bool { return p.Type == ref.Type }) {
		props = slices.DeleteFunc(slices.Clone(props), func(p types.PropertySpec) bool { return p.Type != ref.Type })
	}
	var wanted []types.PropertySpec
	var paths []string
	for _, p := range props {
		one := types.PropertySpec{Type: p.Type}
		for path := range changed {
			if p.All != nil && *p.All {
				one.PathSet = append(one.PathSet, path)
			}
		}
		for _, path := range p.PathSet {
			for c := range changed {
				if related(withoutKey(path), withoutKey(c)) {
					one.PathSet = append(one.PathSet, path)
					break
				}
			}
		}
		paths = append(paths, one.PathSet...)
		wanted = append(wanted, one)
	}
	if len(paths) == 0 {
		return nil, nil
	}
	found, err := read(ctx, collector, types.PropertyFilterSpec{PropSet: wanted, ObjectSet: []types.ObjectSpec{{Obj: ref}}})
	if err != nil || len(found) == 0 {
		return nil, err // it has gone: that is told as such
	}
	update := &types.ObjectUpdate{Kind: types.ObjectUpdateKindModify, Obj: ref, MissingSet: found[0].MissingSet}
	for _, path := range paths {
		at := slices.IndexFunc(found[0].PropSet, func(p types.DynamicProperty) bool { return p.Name == path })
		switch {
		case at >= 0:
			update.ChangeSet = append(update.ChangeSet, set(path, found[0].PropSet[at].Val))
		case !slices.ContainsFunc(found[0].MissingSet, func(m types.MissingProperty) bool { return m.Path == path }):
			update.ChangeSet = append(update.ChangeSet, set(path, nil)) // it has become unset
		}
	}
	return update, nil
}

// ways are the properties by which a filter finds objects.
func ways(spec types.PropertyFilterSpec) map[string]bool {
	found := map[string]bool{}
	var add func([]types.BaseSelectionSpec)
	add = func(list []types.BaseSelectionSpec) {
		for _, s := range list {
			if t, ok := s.(*types.TraversalSpec); ok {
				found[t.Path] = true
				add(t.SelectSet)
			}
		}
	}
	for _, o := range spec.ObjectSet {
		add(o.SelectSet)
	}
	return found
}

// read retrieves what a filter's specification says. Objects that have gone are left out.
func read(ctx *simulator.Context, collector *simulator.PropertyCollector, spec types.PropertyFilterSpec) ([]types.ObjectContent, error) {
	spec.ReportMissingObjectsInResults = types.NewBool(true)
	answer := collector.RetrievePropertiesEx(ctx, &types.RetrievePropertiesEx{SpecSet: []types.PropertyFilterSpec{spec}})
	body := answer.(*methods.RetrievePropertiesExBody)
	if body.Fault_ != nil {
		detail, _ := body.Fault_.VimFault().(types.BaseMethodFault)
		return nil, fault.New(detail, "%s", body.Fault_.String)
	}
	return body.Res.Returnval.Objects, nil
}

func compareReferences(a, b types.ManagedObjectReference) int {
	return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Value, b.Value))
}
