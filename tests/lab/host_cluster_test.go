// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"strings"
	"testing"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// ruledCluster has DRS and HA, with VMs of their own ways, and a rule.
func ruledCluster() config.Config {
	no := false
	return config.Config{
		Hosts: []config.Host{{Name: "a", Cluster: "c"}, {Name: "b", Cluster: "c"}, {Name: "d", Cluster: "plain"}},
		VMs:   []config.VM{{Name: "pinned", Host: "a"}, {Name: "half", Host: "b"}, {Name: "free", Host: "b"}},
		Clusters: []config.Cluster{{
			Name:       "c",
			DRS:        &config.DRS{VMs: map[string]string{"pinned": config.Disabled, "half": "partiallyAutomated"}},
			HA:         &config.HA{RestartPriority: "high", VMs: map[string]string{"pinned": config.Disabled}},
			VMGroups:   map[string][]string{"storage": {"pinned", "half"}},
			HostGroups: map[string][]string{"site-a": {"a"}},
			Rules: []config.Rule{
				{Name: "stay", VMGroup: "storage", AffineHostGroup: "site-a", Mandatory: true},
				{Name: "away", VMGroup: "storage", AntiAffineHostGroup: "site-a", Enabled: &no},
			},
		}},
	}
}

func (c *vmClient) cluster(name string) *types.ClusterConfigInfoEx {
	c.t.Helper()
	found, err := c.find.ClusterComputeResource(c.ctx, "/*/host/"+name)
	c.must(err)
	var cluster mo.ClusterComputeResource
	c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, found.Reference(), []string{"configurationEx"}, &cluster))
	return cluster.ConfigurationEx.(*types.ClusterConfigInfoEx)
}

func TestClustersSayWhatTheyDoWithVMs(t *testing.T) {
	c := dial(t, ruledCluster())
	info := c.cluster("c")
	pinned, half := c.vm("pinned").Reference(), c.vm("half").Reference()
	if !*info.DrsConfig.Enabled || info.DrsConfig.DefaultVmBehavior != types.DrsBehaviorFullyAutomated {
		t.Errorf("DRS is %+v", info.DrsConfig)
	}
	drs := map[types.ManagedObjectReference]string{}
	for _, one := range info.DrsVmConfig {
		drs[one.Key] = string(one.Behavior)
		if *one.Enabled != (one.Key == half) {
			t.Errorf("DRS of %s is %+v", one.Key.Value, one)
		}
	}
	if len(drs) != 2 || drs[pinned] != "" || drs[half] != "partiallyAutomated" {
		t.Errorf("DRS of VMs is %v", drs)
	}
	if !*info.DasConfig.Enabled || info.DasConfig.DefaultVmSettings.RestartPriority != "high" || len(info.DasVmConfig) != 1 ||
		info.DasVmConfig[0].Key != pinned || info.DasVmConfig[0].DasSettings.RestartPriority != config.Disabled {
		t.Errorf("HA is %+v, of VMs %+v", info.DasConfig, info.DasVmConfig)
	}
	vms, hosts := info.Group[0].(*types.ClusterVmGroup), info.Group[1].(*types.ClusterHostGroup)
	if vms.Name != "storage" || len(vms.Vm) != 2 || hosts.Name != "site-a" || hosts.Host[0] != c.host("a").Reference() {
		t.Errorf("groups are %+v and %+v", vms, hosts)
	}
	stay, away := info.Rule[0].(*types.ClusterVmHostRuleInfo), info.Rule[1].(*types.ClusterVmHostRuleInfo)
	if stay.VmGroupName != "storage" || stay.AffineHostGroupName != "site-a" || !*stay.Mandatory || !*stay.Enabled {
		t.Errorf("the rule is %+v", stay)
	}
	if away.AntiAffineHostGroupName != "site-a" || *away.Mandatory || *away.Enabled {
		t.Errorf("the other rule is %+v", away)
	}
	if plain := c.cluster("plain"); *plain.DrsConfig.Enabled || len(plain.Rule) != 0 {
		t.Errorf("a cluster that is not described has %+v", plain)
	}
}

func TestClustersThatCannotBe(t *testing.T) {
	for text, spoil := range map[string]func(*config.Cluster){
		"no host of datacenter":   func(c *config.Cluster) { c.Name = "other" },
		`"gone" is not in it`:     func(c *config.Cluster) { c.HostGroups = map[string][]string{"site-a": {"gone"}} },
		`drs: "all" is not`:       func(c *config.Cluster) { c.DRS = &config.DRS{Behavior: "all"} },
		`VM half: "soon" is not`:  func(c *config.Cluster) { c.HA = &config.HA{VMs: map[string]string{"half": "soon"}} },
		"affine or anti-affine":   func(c *config.Cluster) { c.Rules = []config.Rule{{Name: "r", VMGroup: "storage"}} },
		`no group of hosts "site`: func(c *config.Cluster) { c.HostGroups = nil },
	} {
		cfg := ruledCluster()
		spoil(&cfg.Clusters[0])
		l, err := New(cfg)
		if err == nil {
			l.Close()
		}
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%v, want %s", err, text)
		}
	}
}
