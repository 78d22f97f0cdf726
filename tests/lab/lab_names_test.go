// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"net/http"
	"testing"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25/mo"

	"directpath.nvme/lab/config"
)

// hostile are names that people do give, or that somebody gives to do harm, as they are typed.
var hostile = []string{
	`<script>alert(1)</script>`, `"quoted" 'too'`, `東京ストレージ`, `a/b\c 100%`, `{{ 7*7 }}`, "\u202egnp.exe", `](x);rm -rf`,
}

// names lists the names of all entities of a type, as the server keeps them.
func (c *vmClient) names(kind string) map[string]bool {
	c.t.Helper()
	manager := view.NewManager(c.vim)
	all, err := manager.CreateContainerView(c.ctx, c.vim.ServiceContent.RootFolder, []string{kind}, true)
	c.must(err)
	var entities []mo.ManagedEntity
	refs, err := all.Find(c.ctx, []string{kind}, property.Match{})
	c.must(err)
	c.must(property.DefaultCollector(c.vim).Retrieve(c.ctx, refs, []string{"name"}, &entities))
	found := map[string]bool{}
	for _, e := range entities {
		found[e.Name] = true
	}
	return found
}

func TestNamesAreKept(t *testing.T) {
	var cfg config.Config
	for _, name := range hostile {
		dc := keptName(name)
		cfg.Datacenters = append(cfg.Datacenters, dc)
		cfg.Hosts = append(cfg.Hosts, config.Host{Name: name, Datacenter: dc, Cluster: name})
		cfg.VMs = append(cfg.VMs, config.VM{Name: name, Host: name, Datacenter: dc})
	}
	c := dial(t, cfg)
	for _, kind := range []string{"Datacenter", "ClusterComputeResource", "HostSystem", "VirtualMachine"} {
		found := c.names(kind)
		for _, name := range hostile {
			if !found[keptName(name)] {
				t.Errorf("no %s is named %s: %v", kind, keptName(name), found)
			}
		}
		if len(found) != len(hostile) {
			t.Errorf("%d names of type %s, want %d", len(found), kind, len(hostile))
		}
	}
	for _, either := range []string{`{"vm": "a/b\\c 100%"}`, `{"vm": "a%2fb%5cc 100%25"}`} {
		if code := c.control(http.MethodPost, "/ask", either, nil); code != http.StatusOK {
			t.Errorf("%s is answered with %d", either, code)
		}
	}
}

func TestNamesHaveTwoForms(t *testing.T) {
	for _, form := range []struct{ typed, kept string }{{"a/b", "a%2fb"}, {"50%", "50%25"}, {`a\b`, "a%5cb"}, {"plain", "plain"}} {
		for _, name := range []string{form.typed, form.kept} {
			if keptName(name) != form.kept || typedName(name) != form.typed {
				t.Errorf("%q is typed %q and kept %q", name, typedName(name), keptName(name))
			}
		}
	}
}
