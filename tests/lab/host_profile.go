// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// Who else may set a host's settings: a host profile (config.Host.ManagedByProfile), and vSphere Configuration Profiles,
// which a cluster of the lab never has (configManagerEnabled is false).

// attachProfile attaches a host profile to a host.
func (l *Lab) attachProfile(ctx *simulator.Context, host *simulator.HostSystem) {
	ref := l.serviceInstance().Content.HostProfileManager
	if ref == nil {
		return // ESXi
	}
	manager, ok := ctx.Map.Get(*ref).(*mo.HostProfileManager)
	if !ok {
		return
	}
	profile := &mo.HostProfile{Profile: mo.Profile{
		Name: "profile of " + host.Name, Entity: []types.ManagedObjectReference{host.Self}, ComplianceStatus: "compliant",
	}}
	profile.Self = types.ManagedObjectReference{Type: "HostProfile", Value: "hostprofile-" + host.Self.Value}
	ctx.Map.Put(profile)
	manager.Profile = append(manager.Profile, profile.Self)
}

// configManager is a property of compute resources that govmomi does not have.
const configManager = "configManagerEnabled"

func addConfigManager(o *types.ObjectContent) {
	missing := slices.IndexFunc(o.MissingSet, func(m types.MissingProperty) bool { return m.Path == configManager })
	if missing >= 0 {
		o.MissingSet = slices.Delete(o.MissingSet, missing, missing+1)
		o.PropSet = append(o.PropSet, types.DynamicProperty{Name: configManager, Val: false})
	}
}
