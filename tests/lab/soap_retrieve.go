// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

func (l *Lab) overrideRetrieve() {
	l.override("RetrievePropertiesEx", l.retrieve)
	l.override("ContinueRetrievePropertiesEx", l.retrieve)
}

// retrieve adds configManagerEnabled to what the simulator retrieves, and takes away what clients may not see of VMs.
func (l *Lab) retrieve(c *Call) soap.HasFault {
	answer := c.native()
	switch body := answer.(type) {
	case *methods.RetrievePropertiesExBody:
		if body.Res != nil && body.Res.Returnval != nil {
			body.Res.Returnval.Objects = l.shown(body.Res.Returnval.Objects)
		}
	case *methods.ContinueRetrievePropertiesExBody:
		if body.Res != nil {
			body.Res.Returnval.Objects = l.shown(body.Res.Returnval.Objects)
		}
	}
	return answer
}

func (l *Lab) shown(objects []types.ObjectContent) []types.ObjectContent {
	manager := config.APIVersion(l.serviceInstance().Content.About.ApiVersion).AtLeast("8.0.0.0")
	list := make([]types.ObjectContent, 0, len(objects))
	for _, o := range objects {
		switch kind := o.Obj.Type; {
		case manager && (kind == "ClusterComputeResource" || kind == "ComputeResource"):
			addConfigManager(&o)
		case l.visibility[o.Obj] == config.VisibleNot:
			continue
		case l.visibility[o.Obj] == config.VisibleNoConfig:
			o.PropSet = slices.DeleteFunc(o.PropSet, isConfig)
		case l.visibility[o.Obj] == config.VisibleNoPermission:
			refuseConfig(&o)
		}
		list = append(list, o)
	}
	return list
}

func isConfig(p types.DynamicProperty) bool {
	return p.Name == "config" || strings.HasPrefix(p.Name, "config.")
}

// refuseConfig moves the properties below config to those that are missing, for want of a privilege.
func refuseConfig(o *types.ObjectContent) {
	for _, p := range o.PropSet {
		if isConfig(p) {
			o.MissingSet = append(o.MissingSet, types.MissingProperty{Path: p.Name, Fault: types.LocalizedMethodFault{
				Fault:            &types.NoPermission{Object: &o.Obj, PrivilegeId: "System.Read"},
				LocalizedMessage: "Permission to perform this operation was denied.",
			}})
		}
	}
	o.PropSet = slices.DeleteFunc(o.PropSet, isConfig)
}
