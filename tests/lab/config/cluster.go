// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Disabled is the word for a VM that DRS or HA leaves alone; for HA it is also what the API says.
const Disabled = "disabled"

var (
	drsBehaviors      = []string{"manual", "partiallyAutomated", "fullyAutomated"}
	restartPriorities = []string{Disabled, "lowest", "low", "medium", "high", "highest"}
)

// Cluster is what a cluster does with its VMs. Clusters that are not described have DRS and HA off.
type Cluster struct {
	Name       string `json:"name"`
	Datacenter string `json:"datacenter,omitempty"`
	DRS        *DRS   `json:"drs,omitempty"`
	HA         *HA    `json:"ha,omitempty"`
	// VMGroups and HostGroups are the members of groups, by the names that rules use.
	VMGroups   map[string][]string `json:"vm_groups,omitempty"`
	HostGroups map[string][]string `json:"host_groups,omitempty"`
	Rules      []Rule              `json:"rules,omitempty"`
}

// DRS is on where it is described. VMs have an automation level of their own, or are left alone.
type DRS struct {
	Behavior string            `json:"behavior,omitempty"`
	VMs      map[string]string `json:"vms,omitempty"`
}

// HA is on where it is described. VMs have a restart priority of their own, or are not restarted.
type HA struct {
	RestartPriority string            `json:"restart_priority,omitempty"`
	VMs             map[string]string `json:"vms,omitempty"`
}

// Rule says which VMs should run on which hosts of a cluster, or, with an anti-affine group, should not.
type Rule struct {
	Name                string `json:"name"`
	VMGroup             string `json:"vm_group"`
	AffineHostGroup     string `json:"affine_host_group,omitempty"`
	AntiAffineHostGroup string `json:"anti_affine_host_group,omitempty"`
	// Mandatory: must, not should.
	Mandatory bool  `json:"mandatory,omitempty"`
	Enabled   *bool `json:"enabled,omitempty"`
}

// fill does not look whether the cluster's hosts and VMs are there: the inventory tells.
func (c *Cluster) fill(all Config) error {
	c.Datacenter = cmp.Or(c.Datacenter, all.Datacenters[0])
	if all.Mode == ModeESXi {
		return fmt.Errorf("configuration: cluster %q: an ESXi host has none", c.Name)
	}
	if c.DRS != nil {
		drs := *c.DRS
		drs.Behavior = cmp.Or(drs.Behavior, "fullyAutomated")
		c.DRS = &drs
		if err := oneOf(drsBehaviors, drs.Behavior, drs.VMs, Disabled); err != nil {
			return fmt.Errorf("configuration: cluster %s: drs: %w", c.Name, err)
		}
	}
	// For HA a VM can also be as the cluster has it.
	if c.HA != nil {
		ha := *c.HA
		ha.RestartPriority = cmp.Or(ha.RestartPriority, "medium")
		c.HA = &ha
		if err := oneOf(restartPriorities, ha.RestartPriority, ha.VMs, "clusterRestartPriority"); err != nil {
			return fmt.Errorf("configuration: cluster %s: ha: %w", c.Name, err)
		}
	}
	c.Rules = slices.Clone(c.Rules)
	for i := range c.Rules {
		setDefault(&c.Rules[i].Enabled, true)
		if err := c.checkRule(c.Rules[i]); err != nil {
			return fmt.Errorf("configuration: cluster %s: rule %q: %w", c.Name, c.Rules[i].Name, err)
		}
	}
	return nil
}

// oneOf refuses what is none of the words; VMs have some more.
func oneOf(words []string, own string, vms map[string]string, more ...string) error {
	if !slices.Contains(words, own) {
		return fmt.Errorf("%q is not one of %v", own, words)
	}
	words = append(slices.Clone(words), more...)
	for _, vm := range slices.Sorted(maps.Keys(vms)) {
		if !slices.Contains(words, vms[vm]) {
			return fmt.Errorf("VM %s: %q is not one of %v", vm, vms[vm], words)
		}
	}
	return nil
}

func (c *Cluster) checkRule(r Rule) error {
	if (r.AffineHostGroup == "") == (r.AntiAffineHostGroup == "") {
		return fmt.Errorf("it needs a group of hosts, affine or anti-affine")
	}
	if _, ok := c.VMGroups[r.VMGroup]; !ok {
		return fmt.Errorf("there is no group of VMs %q", r.VMGroup)
	}
	hosts := cmp.Or(r.AffineHostGroup, r.AntiAffineHostGroup)
	if _, ok := c.HostGroups[hosts]; !ok {
		return fmt.Errorf("there is no group of hosts %q", hosts)
	}
	return nil
}
