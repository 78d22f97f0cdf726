// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/fault"
	"directpath.nvme/lab/rules"
)

// simulated lets the simulator do the work of a method within a task of ours: it waits for the simulator's own task and
// then forgets it, so that clients see one task, named like the method that they called.
func (l *Lab) simulated(j *job, this types.ManagedObjectReference, method string, body any) (types.AnyType, error) {
	inner := &Call{Lab: l, Ctx: j.Ctx, This: this, Method: method, Body: body}
	answer := inner.native()
	if reason := answer.Fault(); reason != nil {
		return nil, simulatedFault(reason.VimFault())
	}
	ref := reflect.ValueOf(answer).Elem().FieldByName("Res").Elem().FieldByName("Returnval").
		Interface().(types.ManagedObjectReference)
	task, err := get[*simulator.Task](j.Ctx, ref)
	if err != nil {
		return nil, err
	}
	task.Wait()
	l.forgetTask(j.Ctx, task)
	if task.Info.Error != nil {
		return nil, simulatedFault(task.Info.Error.Fault)
	}
	return task.Info.Result, nil
}

// simulatedFault gives a fault of the simulator, which has no text for it, the text of vSphere.
func simulatedFault(detail types.AnyType) error {
	known, ok := detail.(types.BaseMethodFault)
	if !ok {
		return fmt.Errorf("the simulator failed with %T", detail)
	}
	switch f := known.(type) {
	case *types.InvalidPowerState:
		return fault.New(known, "The attempted operation cannot be performed in the current state (%s).",
			rules.PowerText[f.ExistingState])
	case *types.InvalidState:
		return fault.New(known, "The operation is not allowed in the current state.")
	case *types.InvalidArgument:
		return fault.New(known, "A specified parameter was not correct: %s", f.InvalidProperty)
	case *types.DuplicateName:
		return fault.New(known, "The name '%s' already exists.", f.Name)
	}
	return fault.New(known, "%s", strings.TrimPrefix(fmt.Sprintf("%T", known), "*types."))
}

// forgetTask removes a task of the simulator from the inventory and from the lists of recent tasks.
func (l *Lab) forgetTask(ctx *simulator.Context, task *simulator.Task) {
	content := ctx.Map.Get(vim25.ServiceInstance).(*simulator.ServiceInstance).Content
	manager := ctx.Map.Get(*content.TaskManager).(*simulator.TaskManager)
	l.locked(ctx, manager, func() {
		ctx.Update(manager, []types.PropertyChange{set("recentTask", without(manager.RecentTask, task.Self))})
	})
	if entity, ok := ctx.Map.Get(*task.Info.Entity).(mo.Entity); ok {
		l.locked(ctx, entity, func() {
			ctx.Update(entity, []types.PropertyChange{set("recentTask", without(entity.Entity().RecentTask, task.Self))})
		})
	}
	ctx.Map.Remove(ctx, task.Self)
}

func without(refs []types.ManagedObjectReference, ref types.ManagedObjectReference) []types.ManagedObjectReference {
	return slices.DeleteFunc(slices.Clone(refs), func(r types.ManagedObjectReference) bool { return r == ref })
}
