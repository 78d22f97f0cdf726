// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

func (l *Lab) overrideRetrieve() {
	l.override("RetrievePropertiesEx", l.retrieve)
	l.override("ContinueRetrievePropertiesEx", l.retrieve)
}

// retrieve adds configManagerEnabled to what the simulator retrieves, and takes away what clients may not see.
func (l *Lab) retrieve(c *Call) soap.HasFault {
	answer := c.native()
	switch body := answer.(type) {
	case *methods.RetrievePropertiesExBody:
		if body.Res != nil && body.Res.Returnval != nil {
			var asked []types.PropertySpec
			for _, spec := range c.Body.(*types.RetrievePropertiesEx).SpecSet {
				asked = append(asked, spec.PropSet...)
			}
			body.Res.Returnval.Objects = l.shown(c.Ctx, body.Res.Returnval.Objects, asked)
			l.goOn(body.Res.Returnval.Token, asked)
		}
	case *methods.ContinueRetrievePropertiesExBody:
		if body.Res != nil {
			known, _ := l.asked.LoadAndDelete(c.Body.(*types.ContinueRetrievePropertiesEx).Token)
			asked, _ := known.([]types.PropertySpec)
			body.Res.Returnval.Objects = l.shown(c.Ctx, body.Res.Returnval.Objects, asked)
			l.goOn(body.Res.Returnval.Token, asked)
		}
	}
	return answer
}

// goOn keeps what was asked for until the rest of the answer is fetched.
func (l *Lab) goOn(token string, asked []types.PropertySpec) {
	if token != "" {
		l.asked.Store(token, asked)
	}
}

// shown are the objects of an answer as clients see them.
func (l *Lab) shown(ctx *simulator.Context, objects []types.ObjectContent, asked []types.PropertySpec) []types.ObjectContent {
	manager := config.APIVersion(l.serviceInstance().Content.About.ApiVersion).AtLeast("8.0.0.0")
	list := make([]types.ObjectContent, 0, len(objects))
	for _, o := range objects {
		kind := o.Obj.Type
		if manager && (kind == "ClusterComputeResource" || kind == "ComputeResource") {
			addConfigManager(&o)
		}
		switch l.visibility[o.Obj] {
		case config.VisibleNot:
			continue
		case config.VisibleNoConfig:
			o.PropSet = slices.DeleteFunc(o.PropSet, func(p types.DynamicProperty) bool { return isInside(p.Name, "config") })
		}
		l.refuse(ctx, &o, asked)
		list = append(list, o)
	}
	return list
}

// refuse moves the properties that may not be read to those that are missing, and takes hidden VMs out of the lists of
// hosts if that is set. Whether a property that may not be read is set is not told either.
func (l *Lab) refuse(ctx *simulator.Context, o *types.ObjectContent, asked []types.PropertySpec) {
	kept := make([]types.DynamicProperty, 0, len(o.PropSet))
	for _, p := range o.PropSet {
		if privilege := l.deniedProperty(ctx, o.Obj, p.Name); privilege != "" {
			o.MissingSet = append(o.MissingSet, missing(o.Obj, p.Name, privilege))
			continue
		}
		p.Val = l.withoutHidden(o.Obj, p.Name, p.Val)
		kept = append(kept, p)
	}
	o.PropSet = kept
	for _, spec := range asked {
		for _, path := range spec.PathSet {
			if !isKind(o.Obj.Type, spec.Type) || isTold(o, path) {
				continue
			}
			if privilege := l.deniedProperty(ctx, o.Obj, path); privilege != "" {
				o.MissingSet = append(o.MissingSet, missing(o.Obj, path, privilege))
			}
		}
	}
}

// isKind: objects of a type are of another, too, as far as that matters to the lab.
func isKind(one, other string) bool {
	return one == other || other == "ManagedEntity" || (one == "ClusterComputeResource" && other == "ComputeResource")
}

// isTold: an answer has a property, or says that it is missing.
func isTold(o *types.ObjectContent, path string) bool {
	return slices.ContainsFunc(o.PropSet, func(p types.DynamicProperty) bool { return p.Name == path }) ||
		slices.ContainsFunc(o.MissingSet, func(m types.MissingProperty) bool { return m.Path == path })
}

// withoutHidden is the value of a property as clients see it: by the setting hosts_list_hidden_vms the VMs of a host
// are those that are not hidden.
func (l *Lab) withoutHidden(ref types.ManagedObjectReference, path string, value types.AnyType) types.AnyType {
	refs, ok := value.(types.ArrayOfManagedObjectReference)
	if !ok || *l.cfg.Settings.HostsListHiddenVMs || ref.Type != "HostSystem" || path != "vm" {
		return value
	}
	hidden := func(vm types.ManagedObjectReference) bool { return l.visibility[vm] == config.VisibleNot }
	return types.ArrayOfManagedObjectReference{
		ManagedObjectReference: slices.DeleteFunc(slices.Clone(refs.ManagedObjectReference), hidden)}
}
