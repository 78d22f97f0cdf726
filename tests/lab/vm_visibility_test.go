// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"slices"
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// Whatever clients see of VMs, their host lists them all.
func TestVMsThatClientsDoNotSee(t *testing.T) {
	c := dial(t, config.Config{VMs: []config.VM{
		{Name: "all"}, {Name: "hidden", Visibility: config.VisibleNot},
		{Name: "lost", Visibility: config.VisibleNoConfig, ConnectionState: "inaccessible"},
		{Name: "denied", Visibility: config.VisibleNoPermission},
	}})
	refs := c.hostProperties("esxi-01.lab", "vm").Vm
	if len(refs) != 4 {
		t.Fatalf("the host lists %v", refs)
	}
	var spec types.PropertyFilterSpec
	paths := []string{"name", "runtime.connectionState", "config.uuid", "config.hardware.device"}
	spec.PropSet = []types.PropertySpec{{Type: "VirtualMachine", PathSet: paths}}
	for _, ref := range refs {
		spec.ObjectSet = append(spec.ObjectSet, types.ObjectSpec{Obj: ref})
	}
	res, err := methods.RetrievePropertiesEx(c.ctx, c.vim, &types.RetrievePropertiesEx{
		This: c.vim.ServiceContent.PropertyCollector, SpecSet: []types.PropertyFilterSpec{spec},
		Options: types.RetrieveOptions{MaxObjects: 2}}) // so that the answer is continued
	c.must(err)
	objects, token := res.Returnval.Objects, res.Returnval.Token
	for token != "" {
		more, err := methods.ContinueRetrievePropertiesEx(c.ctx, c.vim, &types.ContinueRetrievePropertiesEx{
			This: c.vim.ServiceContent.PropertyCollector, Token: token})
		c.must(err)
		objects, token = append(objects, more.Returnval.Objects...), more.Returnval.Token
	}
	seen := map[string][2][]string{} // by name, the paths that are there and those that are missing
	for _, o := range objects {
		var there, missing []string
		name := ""
		for _, p := range o.PropSet {
			there = append(there, p.Name)
			if p.Name == "name" {
				name = p.Val.(string)
			}
		}
		for _, m := range o.MissingSet {
			missing = append(missing, m.Path)
			if _, ok := m.Fault.Fault.(*types.NoPermission); !ok {
				t.Errorf("%s of %s is missing for %T", m.Path, name, m.Fault.Fault)
			}
		}
		slices.Sort(there)
		slices.Sort(missing)
		seen[name] = [2][]string{there, missing}
	}
	outside, inside := []string{"name", "runtime.connectionState"}, []string{"config.hardware.device", "config.uuid"}
	for name, want := range map[string][2][]string{
		"all": {append(slices.Clone(inside), outside...), nil}, "lost": {outside, nil}, "denied": {outside, inside},
	} {
		if got := seen[name]; !slices.Equal(got[0], want[0]) || !slices.Equal(got[1], want[1]) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if len(seen) != 3 {
		t.Errorf("seen are %v", seen)
	}
}

func TestVMsOfOthersAndCopies(t *testing.T) {
	const uuid = "42000000-0000-0000-0000-000000000001"
	c := dial(t, config.Config{VMs: []config.VM{
		{Name: "vCLS", UUID: uuid, ManagedBy: &config.ManagedBy{ExtensionKey: "VirtualCenter", Type: "vcls-entity"},
			ExtraConfig: map[string]string{"HDCS.agent": "true"}},
		{Name: "copy", UUID: uuid},
	}})
	vcls := c.config("vCLS")
	if vcls.ManagedBy == nil || vcls.ManagedBy.Type != "vcls-entity" || !hasOption(vcls.ExtraConfig, "HDCS.agent") {
		t.Errorf("the vCLS VM has %+v, %v", vcls.ManagedBy, vcls.ExtraConfig)
	}
	if vcls.Uuid != uuid || c.config("copy").Uuid != uuid {
		t.Error("the VMs do not share their UUID")
	}
	for _, cfg := range []config.VM{{Name: "x", Visibility: "maybe"}, {Name: "x", ConnectionState: "lost"}} {
		if l, err := New(config.Config{VMs: []config.VM{cfg}}); err == nil {
			_ = l.Close()
			t.Errorf("accepted: %+v", cfg)
		}
	}
}
