// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"cmp"
	"slices"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/fault"
)

// Custom attributes. Those of the simulator have 0 as their first key, the type of the objects as their own, are not in
// the summaries, and wake nobody who waits for them.

// customFields are the definitions of custom attributes.
type customFields struct {
	mu   sync.Mutex
	list []types.CustomFieldDef // by name, as clients see them
	last int32                  // key
}

// firstFieldKey is where a vCenter begins to count its administrators' attributes.
const firstFieldKey = 101

func (l *Lab) overrideFields() {
	l.override("AddCustomFieldDef", l.addField)
	l.override("RemoveCustomFieldDef", l.removeField)
	l.override("RenameCustomFieldDef", l.renameField)
	l.override("SetField", func(c *Call) soap.HasFault {
		req := c.Body.(*types.SetField)
		if err := l.setField(c.Ctx, req.Entity, req.Value, func(f types.CustomFieldDef) bool { return f.Key == req.Key }); err != nil {
			return c.fault(err)
		}
		return &methods.SetFieldBody{Res: &types.SetFieldResponse{}}
	})
	l.override("setCustomValue", func(c *Call) soap.HasFault {
		req := c.Body.(*types.SetCustomValue)
		if err := l.setField(c.Ctx, c.This, req.Value, func(f types.CustomFieldDef) bool { return f.Name == req.Key }); err != nil {
			return c.fault(err)
		}
		return &methods.SetCustomValueBody{Res: &types.SetCustomValueResponse{}}
	})
}

// fits: objects of that type have the attribute.
func fits(f types.CustomFieldDef, kind string) bool {
	return f.ManagedObjectType == "" || f.ManagedObjectType == kind
}

func (l *Lab) addField(c *Call) soap.HasFault {
	req := c.Body.(*types.AddCustomFieldDef)
	l.fields.mu.Lock()
	defer l.fields.mu.Unlock()
	// Hosts and VMs can have attributes of the same name; one of all objects stands in the way of both.
	if slices.ContainsFunc(l.fields.list, func(f types.CustomFieldDef) bool {
		return f.Name == req.Name && (fits(f, req.MoType) || req.MoType == "")
	}) {
		return c.fault(fault.New(&types.DuplicateName{Name: req.Name, Object: c.This}, "The name '%s' already exists.", req.Name))
	}
	l.fields.last = max(l.fields.last+1, firstFieldKey)
	field := types.CustomFieldDef{
		Key: l.fields.last, Name: req.Name, Type: "string", ManagedObjectType: req.MoType,
		FieldDefPrivileges: req.FieldDefPolicy, FieldInstancePrivileges: req.FieldPolicy,
	}
	l.fields.list = append(l.fields.list, field)
	l.publishFields(c.Ctx, field)
	return &methods.AddCustomFieldDefBody{Res: &types.AddCustomFieldDefResponse{Returnval: field}}
}

func (l *Lab) removeField(c *Call) soap.HasFault {
	req := c.Body.(*types.RemoveCustomFieldDef)
	l.fields.mu.Lock()
	defer l.fields.mu.Unlock()
	at := l.fields.find(req.Key)
	if at < 0 {
		return c.fault(unknownField())
	}
	field := l.fields.list[at]
	l.fields.list = slices.Delete(l.fields.list, at, at+1)
	l.publishFields(c.Ctx, field)
	for _, e := range l.entitiesWith(c.Ctx, field) {
		l.changeValues(c.Ctx, e, field.Key, nil)
	}
	return &methods.RemoveCustomFieldDefBody{Res: &types.RemoveCustomFieldDefResponse{}}
}

func (l *Lab) renameField(c *Call) soap.HasFault {
	req := c.Body.(*types.RenameCustomFieldDef)
	l.fields.mu.Lock()
	defer l.fields.mu.Unlock()
	at := l.fields.find(req.Key)
	if at < 0 {
		return c.fault(unknownField())
	}
	l.fields.list[at].Name = req.Name
	l.publishFields(c.Ctx, l.fields.list[at])
	return &methods.RenameCustomFieldDefBody{Res: &types.RenameCustomFieldDefResponse{}}
}

// setField gives an object a value of the attribute that is meant. How long a value may be is not published: it is the
// setting custom_value_limit, and so is the fault a guess.
func (l *Lab) setField(ctx *simulator.Context, ref types.ManagedObjectReference, value string, meant func(types.CustomFieldDef) bool) error {
	l.fields.mu.Lock()
	defer l.fields.mu.Unlock()
	entity, err := get[mo.Entity](ctx, ref)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(l.fields.list, func(f types.CustomFieldDef) bool { return meant(f) && fits(f, ref.Type) })
	if at < 0 {
		return unknownField()
	}
	if limit := l.cfg.Settings.CustomValueLimit; limit > 0 && len([]rune(value)) > limit {
		return fault.New(&types.InvalidArgument{InvalidProperty: "value"}, "A specified parameter was not correct: value")
	}
	l.changeValues(ctx, entity, l.fields.list[at].Key, &value)
	return nil
}

func unknownField() error {
	return fault.New(&types.InvalidArgument{InvalidProperty: "key"}, "A specified parameter was not correct: key")
}

func (f *customFields) find(key int32) int {
	return slices.IndexFunc(f.list, func(f types.CustomFieldDef) bool { return f.Key == key })
}

// of lists the attributes that objects of a type have. customFields.mu must be held.
func (f *customFields) of(kind string) []types.CustomFieldDef {
	return slices.DeleteFunc(slices.Clone(f.list), func(f types.CustomFieldDef) bool { return !fits(f, kind) })
}

// entitiesWith are the objects that have an attribute.
func (l *Lab) entitiesWith(ctx *simulator.Context, field types.CustomFieldDef) []mo.Entity {
	if field.ManagedObjectType != "" {
		return ctx.Map.All(field.ManagedObjectType)
	}
	var all []mo.Entity
	for _, kind := range []string{"Folder", "Datacenter", "ClusterComputeResource", "ComputeResource", "HostSystem",
		"VirtualMachine", "ResourcePool", "Datastore", "Network"} {
		all = append(all, ctx.Map.All(kind)...)
	}
	return all
}

// publishFields shows the attributes after one has changed. customFields.mu must be held.
func (l *Lab) publishFields(ctx *simulator.Context, changed types.CustomFieldDef) {
	slices.SortFunc(l.fields.list, func(a, b types.CustomFieldDef) int { return cmp.Compare(a.Name, b.Name) })
	manager := ctx.Map.CustomFieldsManager()
	l.update(ctx, manager, set("field", slices.Clone(l.fields.list)))
	for _, e := range l.entitiesWith(ctx, changed) {
		l.update(ctx, e, set("availableField", l.fields.of(e.Reference().Type)))
	}
}

// changeValues sets, or with nil takes away, the value that an object has of an attribute.
func (l *Lab) changeValues(ctx *simulator.Context, e mo.Entity, key int32, value *string) {
	l.locked(ctx, e, func() {
		values := slices.DeleteFunc(slices.Clone(e.Entity().CustomValue), func(v types.BaseCustomFieldValue) bool {
			return v.GetCustomFieldValue().Key == key
		})
		if value != nil {
			values = append(values, &types.CustomFieldStringValue{CustomFieldValue: types.CustomFieldValue{Key: key}, Value: *value})
		}
		changes := []types.PropertyChange{set("customValue", values), set("value", values)}
		if kind := e.Reference().Type; kind == "HostSystem" || kind == "VirtualMachine" {
			changes = append(changes, set("summary.customValue", values))
		}
		ctx.Update(e, changes)
	})
}
