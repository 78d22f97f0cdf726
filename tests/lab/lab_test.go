// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"encoding/xml"
	"net/http/httptest"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/vmware/govmomi/object"

	"directpath.nvme/lab/config"
)

// processorTime is what this process has had of the processor, which does not depend on who else wants it.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func TestManyObjectsAreBuiltQuickly(t *testing.T) {
	start := processorTime(t)
	l, err := New(config.Config{ExtraHosts: 1000, ExtraVMs: 10000})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if took := processorTime(t) - start; took > 30*time.Second {
		t.Errorf("1,000 hosts and 10,000 VMs took %s of the processor, more than 30 s", took)
	}
	if hosts, vms := len(l.service.Context.Map.All("HostSystem")), len(l.service.Context.Map.All("VirtualMachine")); hosts != 1002 || vms != 10002 {
		t.Errorf("built %d hosts and %d VMs", hosts, vms)
	}
}

// Clients negotiate the API version by this list; one that they cannot read makes them fall back to an old one.
func TestVersionsAreListed(t *testing.T) {
	l, err := New(config.Config{VCenterVersion: "8.0.3"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	recorder := httptest.NewRecorder()
	l.serveVersions(recorder, nil)
	var listed struct {
		Current string   `xml:"namespace>version"`
		Prior   []string `xml:"namespace>priorVersions>version"`
	}
	if err := xml.Unmarshal(recorder.Body.Bytes(), &listed); err != nil {
		t.Fatal(err)
	}
	if listed.Current != "8.0.3.0" || !slices.Contains(listed.Prior, "8.0.1.0") || slices.Contains(listed.Prior, "9.0.0.0") {
		t.Errorf("listed %+v", listed)
	}
}

// Datacenters of one name can be in several folders; hosts, VMs and searches keep them apart.
func TestDatacentersInFolders(t *testing.T) {
	c := dial(t, config.Config{
		Datacenters: []string{"EU/DC0", "US/West/DC0", "DC1"},
		Hosts: []config.Host{{Name: "esxi-01.lab"}, {Name: "esxi-02.lab", Datacenter: "US/West/DC0"},
			{Name: "esxi-03.lab", Datacenter: "US/West/DC0"}},
		VMs: []config.VM{{Name: "vm", Host: "esxi-01.lab"}, {Name: "vm", Host: "esxi-02.lab"}},
	})
	eu, err := c.find.Datacenter(c.ctx, "/EU/DC0")
	c.must(err)
	us, err := c.find.Datacenter(c.ctx, "/US/West/DC0")
	c.must(err)
	_, err = c.find.Datacenter(c.ctx, "/DC1")
	c.must(err)
	for path, host := range map[string]string{"/EU/DC0/vm/vm": "esxi-01.lab", "/US/West/DC0/vm/vm": "esxi-02.lab"} {
		vm, err := c.find.VirtualMachine(c.ctx, path)
		c.must(err)
		on, err := vm.HostSystem(c.ctx)
		c.must(err)
		if name, err := on.ObjectName(c.ctx); err != nil || name != host {
			t.Errorf("%s is on %s, want %s: %v", path, name, host, err)
		}
	}
	index := object.NewSearchIndex(c.vim)
	for dc, want := range map[*object.Datacenter]bool{eu: false, us: true} {
		found, err := index.FindByDnsName(c.ctx, dc, "esxi-02.lab", false)
		c.must(err)
		if (found != nil) != want {
			t.Errorf("esxi-02.lab in %s: %v", dc.InventoryPath, found)
		}
	}
	if name := c.server.State(0, "").Datacenter; name != "DC0" {
		t.Errorf("the first datacenter is told as %q", name)
	}
	for _, name := range []string{"/DC0", "EU/", "EU//DC0", "", ".."} {
		if l, err := New(config.Config{Datacenters: []string{name}}); err == nil {
			_ = l.Close()
			t.Errorf("a datacenter %q is accepted", name)
		}
	}
}
