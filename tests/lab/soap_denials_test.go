// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"net/http"
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// missing are the privileges that are missing for properties of an object, by path; "" for those that are there.
func (c *vmClient) missing(ref types.ManagedObjectReference, paths ...string) map[string]string {
	c.t.Helper()
	res, err := methods.RetrievePropertiesEx(c.ctx, c.vim, &types.RetrievePropertiesEx{
		This: c.vim.ServiceContent.PropertyCollector, SpecSet: []types.PropertyFilterSpec{{
			ObjectSet: []types.ObjectSpec{{Obj: ref}}, PropSet: []types.PropertySpec{{Type: ref.Type, PathSet: paths}}}}})
	c.must(err)
	found := map[string]string{}
	for _, p := range res.Returnval.Objects[0].PropSet {
		found[p.Name] = ""
	}
	for _, m := range res.Returnval.Objects[0].MissingSet {
		denied, ok := m.Fault.Fault.(*types.NoPermission)
		if !ok || *denied.Object != ref {
			c.t.Errorf("%s is missing for %+v", m.Path, m.Fault.Fault)
			continue
		}
		found[m.Path] = denied.PrivilegeId
	}
	return found
}

func (c *vmClient) wantMissing(name string, want map[string]string) {
	c.t.Helper()
	var paths []string
	for path := range want {
		paths = append(paths, path)
	}
	got := c.missing(c.vm(name).Reference(), paths...)
	for path, privilege := range want {
		if is, ok := got[path]; !ok || is != privilege {
			c.t.Errorf("%s of %s: %q, want %q", path, name, is, privilege)
		}
	}
}

// fetch reads one property as pyvmomi does; govmomi has the types of that for itself only.
func (c *vmClient) fetch(ref types.ManagedObjectReference, property string) error {
	return c.vim.RoundTrip(c.ctx, &fetching{Req: &fetchRequest{This: ref, Prop: property}}, &fetching{})
}

type fetchRequest struct {
	This types.ManagedObjectReference `xml:"_this"`
	Prop string                       `xml:"prop"`
}

type fetching struct {
	Req    *fetchRequest `xml:"urn:vim25 Fetch,omitempty"`
	Reason *soap.Fault   `xml:"http://schemas.xmlsoap.org/soap/envelope/ Fault,omitempty"`
}

// Fault implements soap.HasFault.
func (f *fetching) Fault() *soap.Fault { return f.Reason }

func TestPropertiesThatMayNotBeRead(t *testing.T) {
	c := dial(t, config.Config{})
	c.control(http.MethodPost, "/deny", `{"type": "VirtualMachine", "name": "nvme-vm-01", "path": "config.hardware"}`, nil)
	c.control(http.MethodPost, "/deny", `{"type": "VirtualMachine", "path": "runtime.host", "privilege": "Host.Special"}`, nil)
	c.wantMissing("nvme-vm-01", map[string]string{"config": "System.Read", "config.hardware.device": "System.Read",
		"config.hardware": "System.Read", "config.uuid": "", "runtime.host": "Host.Special", "runtime.powerState": ""})
	c.wantMissing("nvme-vm-02", map[string]string{"config.hardware.device": "", "runtime.host": "Host.Special"})

	// Not even whether a property is set is told.
	c.control(http.MethodPost, "/deny", `{"path": "runtime.question", "privilege": "VirtualMachine.Interact.AnswerQuestion"}`, nil)
	c.wantMissing("nvme-vm-01", map[string]string{"runtime.question": "VirtualMachine.Interact.AnswerQuestion"})

	// Who waits for updates, or reads one property, does not see it either.
	c.watch("nvme-vm-01", "runtime.powerState", "runtime.host")
	c.control(http.MethodPost, "/deny", `{"path": "runtime.powerState"}`, nil)
	task, err := c.vm("nvme-vm-01").PowerOn(c.ctx)
	c.must(err)
	c.must(task.Wait(c.ctx)) // with a collector of its own
	told := c.updates("-")[0].ObjectSet[0]
	if len(told.ChangeSet) != 0 || len(told.MissingSet) == 0 || told.MissingSet[0].Path != "runtime.powerState" {
		t.Errorf("told is %+v", told)
	}
	ref := c.vm("nvme-vm-01").Reference()
	wantFault[types.NoPermission](t, c.fetch(ref, "config"), "Permission")
	c.must(c.fetch(ref, "name"))

	c.control(http.MethodPost, "/deny/clear", "", nil)
	c.wantMissing("nvme-vm-01", map[string]string{"config.hardware.device": "", "runtime.host": ""})
}

func TestMethodsThatMayNotBeCalled(t *testing.T) {
	c := dial(t, config.Config{})
	c.control(http.MethodPost, "/deny",
		`{"name": "nvme-vm-01", "method": "PowerOnVM_Task", "privilege": "VirtualMachine.Interact.PowerOn"}`, nil)
	ref := c.vm("nvme-vm-01").Reference()
	_, err := methods.PowerOnVM_Task(c.ctx, c.vim, &types.PowerOnVM_Task{This: ref})
	wantFault[types.NoPermission](t, err, "Permission")
	denied := soap.ToSoapFault(err).VimFault().(types.NoPermission)
	if *denied.Object != ref || denied.PrivilegeId != "VirtualMachine.Interact.PowerOn" {
		t.Errorf("denied is %+v", denied)
	}
	c.must(c.powerOn("nvme-vm-02"))
	c.control(http.MethodPost, "/deny", `{"method": "ExecuteSoap:vim.EsxCLI.hardware.pci.list"}`, nil)
	_, err = c.runESXCLI("esxi-01.lab", "hardware", "pci", "list")
	wantFault[types.NoPermission](t, err, "Permission")
	c.esxcli("esxi-01.lab", "system", "settings", "kernel", "list")
	if code := c.control(http.MethodPost, "/deny", `{"name": "nvme-vm-01"}`, nil); code != http.StatusBadRequest {
		t.Errorf("a denial of nothing is answered with %d", code)
	}
}

func TestHostsMayLeaveHiddenVMsOut(t *testing.T) {
	listed := false
	for _, s := range []config.Settings{{}, {HostsListHiddenVMs: &listed}} {
		c := dial(t, config.Config{Settings: s, VMs: []config.VM{{Name: "seen"}, {Name: "hidden", Visibility: config.VisibleNot}}})
		want := 2
		if s.HostsListHiddenVMs != nil {
			want = 1
		}
		if vms := c.hostProperties("esxi-01.lab", "vm").Vm; len(vms) != want {
			t.Errorf("the host lists %v, want %d", vms, want)
		}
	}
}
