// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"reflect"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/fault"
)

// Call is one SOAP call that an override answers.
type Call struct {
	Lab    *Lab
	Ctx    *simulator.Context
	This   types.ManagedObjectReference
	Method string // as on the wire, e.g. ReconfigVM_Task
	Body   any    // the decoded request, e.g. *types.ReconfigVM_Task
}

// override makes f answer the method of that name, of every type of object. Two overrides of one method are a mistake
// of the program.
func (l *Lab) override(method string, f func(*Call) soap.HasFault) {
	if _, ok := l.overrides[method]; ok {
		panic("two overrides of " + method)
	}
	l.overrides[method] = f
}

// redirected is appended to the id of an object whose call the lab answers. The simulator prefers its own lookup of
// the id over what Registry.Handler returns, so that lookup has to fail.
const redirected = "@lab"

// handle is Registry.Handler: the simulator calls it, with no lock held, before it answers any call. It may name
// another object to call the method on. The method is called by its name, so a redirected call is also renamed to the
// one method that every [dispatcher] has.
func (l *Lab) handle(ctx *simulator.Context, m *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	call := &Call{Lab: l, Ctx: ctx, This: m.This, Method: m.Name, Body: m.Body}
	l.stats.count(call)
	rule := l.faults.match(call)
	delay := l.delays.of(call)
	override := l.overrides[m.Name]
	if ctx.Session == nil {
		// Nobody is logged in: only calls that the simulator allows get any further.
		l.sleep(delay)
		if rule != nil {
			return nil, rule.withoutSession(call)
		}
		return nil, nil
	}
	denied := l.deniedCall(call)
	held := l.holds.of(m.Name) != nil
	if m.This.Type == "SessionManager" && rule == nil && delay == 0 && denied == "" && !held {
		return nil, nil // the simulator finds the session's own by its type, whatever the id
	}
	if override == nil {
		override = (*Call).native
	}
	override = l.holdable(call, override)
	if denied != "" {
		override = func(c *Call) soap.HasFault { return c.fault(noPermission(c.This, denied)) }
	}
	if rule != nil {
		override = rule.around(override)
	}
	if delay > 0 {
		override = late(delay, override)
	}
	m.This.Value += redirected
	m.Name = "Serve"
	return &dispatcher{call: call, target: &m.This, answer: override}, nil
}

// dispatcher stands in for the object of a redirected call. It is made per call and never registered.
type dispatcher struct {
	call   *Call
	target *types.ManagedObjectReference
	answer func(*Call) soap.HasFault
}

// Reference implements mo.Reference.
func (d *dispatcher) Reference() types.ManagedObjectReference { return d.call.This }

// Lock and Unlock opt out of the lock that the simulator holds on an object during a call.
func (d *dispatcher) Lock()   {}
func (d *dispatcher) Unlock() {}

// Serve answers the call. The simulator finds it by its name (see [Lab.handle]).
func (d *dispatcher) Serve(_ *simulator.Context, _ any) soap.HasFault {
	*d.target = d.call.This // Context.Caller points to it
	return d.call.guarded(d.answer)
}

// native is the simulator's own answer to the call.
func (c *Call) native() soap.HasFault {
	var obj mo.Reference
	if c.Ctx.Session != nil {
		obj = c.Ctx.Session.Get(c.This) // property collectors, views and filters live in the session
	}
	if obj == nil {
		obj = c.Ctx.Map.Get(c.This)
	}
	if obj == nil {
		return c.fault(fault.NotFound(c.This))
	}
	name := strings.ToUpper(c.Method[:1]) + c.Method[1:]
	if base, ok := strings.CutSuffix(name, "_Task"); ok {
		name = base + "Task"
	}
	method := reflect.ValueOf(obj).MethodByName(name)
	if !method.IsValid() {
		return c.fault(fault.New(&types.MethodNotFound{Receiver: c.This, Method: c.Method},
			"%s does not implement %s", c.This.Type, c.Method))
	}
	var args []reflect.Value
	if method.Type().NumIn() == 2 {
		args = append(args, reflect.ValueOf(c.Ctx))
	}
	args = append(args, reflect.ValueOf(c.Body))
	var answer soap.HasFault
	c.Lab.locked(c.Ctx, obj, func() { answer = method.Call(args)[0].Interface().(soap.HasFault) })
	return answer
}

// locked runs f while the lock of a managed object is held, and releases it even if f panics (the simulator's own
// helper does not).
func (l *Lab) locked(ctx *simulator.Context, obj mo.Reference, f func()) {
	unlock := ctx.Map.AcquireLock(ctx, obj)
	defer unlock()
	f()
}

// set is a change of one property, for [Lab.update].
func set(path string, value any) types.PropertyChange {
	return types.PropertyChange{Name: path, Op: types.PropertyChangeOpAssign, Val: value}
}

// update changes properties of a managed object and tells everyone who waits for them.
func (l *Lab) update(ctx *simulator.Context, obj mo.Reference, changes ...types.PropertyChange) {
	l.locked(ctx, obj, func() { ctx.Update(obj, changes) })
}

// context returns a context for work outside of a request. Locks are re-entrant per context, so everything that runs
// by itself needs its own.
func (l *Lab) context() *simulator.Context {
	ctx := *l.service.Context
	return &ctx
}

// get returns the object of a reference as the simulator keeps it, e.g. *simulator.VirtualMachine.
func get[T mo.Reference](ctx *simulator.Context, ref types.ManagedObjectReference) (T, error) {
	obj, ok := ctx.Map.Get(ref).(T)
	if !ok {
		return obj, fault.NotFound(ref)
	}
	return obj, nil
}
