// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"testing"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// Everything that the lab adds to govmomi's simulator hangs on one hook. These tests name what broke if an upgrade of
// govmomi changes it.
const hookChanged = "govmomi's Registry.Handler does not behave any more as soap_dispatch.go needs it: "

func TestTheHookLetsTheLabAnswerACall(t *testing.T) {
	c := dial(t, config.Config{})
	marker := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	var this types.ManagedObjectReference
	c.server.lab.Load().override("CurrentTime", func(call *Call) soap.HasFault {
		this = *call.Ctx.Caller
		return &methods.CurrentTimeBody{Res: &types.CurrentTimeResponse{Returnval: marker}}
	})
	now, err := methods.GetCurrentTime(c.ctx, c.vim)
	if err != nil {
		t.Fatalf(hookChanged+"a redirected call of a logged-in session fails: %s", err)
	}
	if !now.Equal(marker) {
		t.Fatal(hookChanged + "the simulator answered a call itself although the handler named another object " +
			"(see the suffix of the object's id and the renamed method)")
	}
	if this != vim25.ServiceInstance {
		t.Errorf(hookChanged+"Context.Caller is %s while an override runs", this)
	}
}

func TestTheHookSeesEachCallOnce(t *testing.T) {
	c := dial(t, config.Config{})
	before := c.server.lab.Load().stats.snapshot().Calls["CurrentTime"]
	if _, err := methods.GetCurrentTime(c.ctx, c.vim); err != nil {
		t.Fatal(err)
	}
	if n := c.server.lab.Load().stats.snapshot().Calls["CurrentTime"] - before; n != 1 {
		t.Errorf(hookChanged+"one call is counted %d times", n)
	}
}

func TestAnOverrideRunsWithoutLocks(t *testing.T) {
	c := dial(t, config.Config{})
	l := c.server.lab.Load()
	vm := c.vm("nvme-vm-01").Reference()
	l.override("RefreshStorageInfo", func(call *Call) soap.HasFault {
		free := make(chan struct{})
		go func() {
			l.locked(l.context(), vm, func() {})
			close(free)
		}()
		select {
		case <-free:
		case <-time.After(time.Minute):
			t.Error(hookChanged + "the object is locked while an override runs, so tasks would wait for their own call")
		}
		return call.native()
	})
	if _, err := methods.RefreshStorageInfo(c.ctx, c.vim, &types.RefreshStorageInfo{This: vm}); err != nil {
		t.Errorf("the simulator's own answer: %s", err)
	}
}

func TestTheHookDoesNotLetAnybodyIn(t *testing.T) {
	c := dial(t, config.Config{})
	c.server.lab.Load().endSessions()
	vm := types.ManagedObjectReference{Type: "HostSystem", Value: "any"}
	for name, call := range map[string]func() error{
		"a method of the simulator": func() error { _, err := methods.GetCurrentTime(c.ctx, c.vim); return err },
		"an override": func() error {
			_, err := methods.RebootHost_Task(c.ctx, c.vim, &types.RebootHost_Task{This: vm})
			return err
		},
	} {
		err := call()
		if err == nil || !soap.IsSoapFault(err) {
			t.Errorf("%s answers without a session: %v", name, err)
		} else if _, ok := soap.ToSoapFault(err).VimFault().(types.NotAuthenticated); !ok {
			t.Errorf("%s answers %T without a session", name, soap.ToSoapFault(err).VimFault())
		}
	}
}

// The simulator panics over registered objects whose first field is not a managed object, but only later, when someone
// searches.
func TestEveryRegisteredObjectIsAManagedObject(t *testing.T) {
	c := dial(t, config.Config{})
	c.esxcli("esxi-01.lab", "system", "settings", "kernel", "list")
	for _, obj := range c.server.lab.Load().service.Context.Map.AllReference("") {
		switch obj.(type) {
		case types.ManagedObjectReference, *simulator.ManagedMethodExecuter, *simulator.DynamicTypeManager:
			t.Errorf("%s is registered", obj.Reference())
		}
	}
	var found mo.Reference
	found, err := c.searchUUID("no such id")
	if err != nil || found != nil {
		t.Errorf("a search answers %v, %v", found, err)
	}
}
