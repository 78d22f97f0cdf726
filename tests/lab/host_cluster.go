// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"maps"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// buildClusters makes clusters say what they do with their VMs, which are there by now. The lab itself does none of it,
// but for the setting drs_moves_at_power_on.
func (l *Lab) buildClusters(ctx *simulator.Context) error {
	for _, cfg := range l.cfg.Clusters {
		cluster := l.places[cfg.Datacenter].clusters[cfg.Name]
		if cluster == nil {
			return fmt.Errorf("cluster %s: no host of datacenter %s is in it", cfg.Name, cfg.Datacenter)
		}
		members := &clusterMembers{hosts: map[string]types.ManagedObjectReference{}, vms: map[string]types.ManagedObjectReference{}}
		for _, ref := range cluster.Host {
			host := ctx.Map.Get(ref).(*simulator.HostSystem)
			members.hosts[l.hosts[ref].name] = ref
			for _, vm := range host.Vm {
				members.vms[typedName(ctx.Map.Get(vm).(mo.Entity).Entity().Name)] = vm
			}
		}
		if err := members.describe(cluster.ConfigurationEx.(*types.ClusterConfigInfoEx), cfg); err != nil {
			return fmt.Errorf("cluster %s: %w", cfg.Name, err)
		}
	}
	return nil
}

// clusterMembers are the hosts and VMs of a cluster by their names in the configuration.
type clusterMembers struct {
	hosts, vms map[string]types.ManagedObjectReference
}

func (m *clusterMembers) describe(info *types.ClusterConfigInfoEx, cfg config.Cluster) error {
	info.DasConfig.Enabled = types.NewBool(cfg.HA != nil)
	if drs := cfg.DRS; drs != nil {
		info.DrsConfig = types.ClusterDrsConfigInfo{Enabled: types.NewBool(true), EnableVmBehaviorOverrides: types.NewBool(true),
			DefaultVmBehavior: types.DrsBehavior(drs.Behavior), VmotionRate: 3}
		for _, name := range slices.Sorted(maps.Keys(drs.VMs)) {
			one := types.ClusterDrsVmConfigInfo{Enabled: types.NewBool(drs.VMs[name] != config.Disabled)}
			if *one.Enabled {
				one.Behavior = types.DrsBehavior(drs.VMs[name])
			}
			if err := memberOf(m.vms, name, &one.Key); err != nil {
				return err
			}
			info.DrsVmConfig = append(info.DrsVmConfig, one)
		}
	}
	if ha := cfg.HA; ha != nil {
		info.DasConfig.DefaultVmSettings = &types.ClusterDasVmSettings{RestartPriority: ha.RestartPriority}
		for _, name := range slices.Sorted(maps.Keys(ha.VMs)) {
			one := types.ClusterDasVmConfigInfo{DasSettings: &types.ClusterDasVmSettings{RestartPriority: ha.VMs[name]}}
			if err := memberOf(m.vms, name, &one.Key); err != nil {
				return err
			}
			info.DasVmConfig = append(info.DasVmConfig, one)
		}
	}
	if err := m.addGroups(info, cfg); err != nil {
		return err
	}
	for i, rule := range cfg.Rules {
		info.Rule = append(info.Rule, &types.ClusterVmHostRuleInfo{
			ClusterRuleInfo: types.ClusterRuleInfo{Key: int32(i + 1), Name: rule.Name, Enabled: rule.Enabled,
				Mandatory: &cfg.Rules[i].Mandatory, UserCreated: types.NewBool(true), Status: types.ManagedEntityStatusGreen},
			VmGroupName: rule.VMGroup, AffineHostGroupName: rule.AffineHostGroup,
			AntiAffineHostGroupName: rule.AntiAffineHostGroup,
		})
	}
	return nil
}

func (m *clusterMembers) addGroups(info *types.ClusterConfigInfoEx, cfg config.Cluster) error {
	for _, name := range slices.Sorted(maps.Keys(cfg.VMGroups)) {
		refs, err := membersOf(m.vms, cfg.VMGroups[name])
		if err != nil {
			return fmt.Errorf("group %s: %w", name, err)
		}
		info.Group = append(info.Group, &types.ClusterVmGroup{ClusterGroupInfo: groupNamed(name), Vm: refs})
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.HostGroups)) {
		refs, err := membersOf(m.hosts, cfg.HostGroups[name])
		if err != nil {
			return fmt.Errorf("group %s: %w", name, err)
		}
		info.Group = append(info.Group, &types.ClusterHostGroup{ClusterGroupInfo: groupNamed(name), Host: refs})
	}
	return nil
}

func groupNamed(name string) types.ClusterGroupInfo {
	return types.ClusterGroupInfo{Name: name, UserCreated: types.NewBool(true)}
}

func memberOf(members map[string]types.ManagedObjectReference, name string, ref *types.ManagedObjectReference) error {
	found, ok := members[name]
	if !ok {
		return fmt.Errorf("%q is not in it", name)
	}
	*ref = found
	return nil
}

func membersOf(members map[string]types.ManagedObjectReference, names []string) ([]types.ManagedObjectReference, error) {
	refs := make([]types.ManagedObjectReference, len(names))
	for i, name := range names {
		if err := memberOf(members, name, &refs[i]); err != nil {
			return nil, err
		}
	}
	return refs, nil
}
