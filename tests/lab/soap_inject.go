// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vim25/xml"

	"directpath.nvme/lab/fault"
	"directpath.nvme/lab/pci"
)

// InjectedFault is one thing that goes wrong on purpose: the JSON of `lab fault`.
type InjectedFault struct {
	// Method is the method's name as on the wire, or ExecuteSoap:<command> for one esxcli command.
	Method string `json:"method"`
	// Count is how many calls are affected (0 means 1), after the first Skip calls that match.
	Count int `json:"count,omitempty"`
	Skip  int `json:"skip,omitempty"`
	// WhenRequestContains limits the fault to requests whose XML contains the text.
	WhenRequestContains string `json:"when_request_contains,omitempty"`

	// Type is the type of the fault, e.g. GenericVmConfigFault, and Message its text.
	Type    string `json:"type,omitempty"`
	Message string `json:"message,omitempty"`
	// DropConnection closes the connection without an answer: "before" or "after" the work was done.
	DropConnection string `json:"drop_connection,omitempty"`
	// DelaySeconds makes the answer late.
	DelaySeconds float64 `json:"delay_seconds,omitempty"`
	// ExpireSession ends the caller's session before the call.
	ExpireSession bool `json:"expire_session,omitempty"`
	// Immediate fails the call itself. Without it a method that returns a task does so, and the task fails.
	Immediate bool `json:"immediate,omitempty"`
	// Residue lets a failed hot-add leave pciPassthruN.present = FALSE in the VM's extraConfig, as seen on real servers.
	Residue bool `json:"residue,omitempty"`
}

// Check reports what is wrong with an injected fault.
func (f *InjectedFault) Check() error {
	if f.Method == "" {
		return fmt.Errorf("a fault needs a method")
	}
	if f.Type == "" && f.DropConnection == "" && f.DelaySeconds == 0 && !f.ExpireSession {
		return fmt.Errorf("a fault needs a type, drop_connection, delay_seconds or expire_session")
	}
	if !slices.Contains([]string{"", "before", "after"}, f.DropConnection) {
		return fmt.Errorf("drop_connection is before or after, not %q", f.DropConnection)
	}
	if _, err := newDetail(f.Type); f.Type != "" && err != nil {
		return err
	}
	return nil
}

// faultList holds the injected faults that are still to happen.
type faultList struct {
	mu   sync.Mutex
	list []*InjectedFault
}

func (l *faultList) add(f InjectedFault) error {
	if err := f.Check(); err != nil {
		return err
	}
	f.Count = max(f.Count, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, &f)
	return nil
}

func (l *faultList) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = nil
}

// match returns the first fault that applies to the call, and uses it up by one.
func (l *faultList) match(c *Call) *InjectedFault {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, f := range l.list {
		if !f.applies(c) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		f.Count--
		if f.Count == 0 {
			l.list = slices.Delete(l.list, i, i+1)
		}
		return f
	}
	return nil
}

func (f *InjectedFault) applies(c *Call) bool {
	if f.Method != c.Method && f.Method != "ExecuteSoap:"+c.esxcliCommand() {
		return false
	}
	if f.WhenRequestContains == "" {
		return true
	}
	request, err := xml.Marshal(c.Body)
	return err == nil && strings.Contains(string(request), f.WhenRequestContains)
}

// around returns what answers a call that the fault hits.
func (f *InjectedFault) around(override func(*Call) soap.HasFault) func(*Call) soap.HasFault {
	return func(c *Call) soap.HasFault {
		time.Sleep(seconds(f.DelaySeconds))
		if f.ExpireSession {
			c.Lab.endSession(c.Ctx, c.Ctx.Session.Key)
			return c.fault(fault.New(&types.NotAuthenticated{NoPermission: types.NoPermission{Object: &c.This,
				PrivilegeId: "System.View"}}, "The session is not authenticated."))
		}
		if f.DropConnection == "before" {
			panic(http.ErrAbortHandler) // net/http closes the connection without a word
		}
		if f.Type != "" {
			return f.answer(c)
		}
		body := override(c)
		if f.DropConnection == "after" {
			c.Lab.finish(body)
			panic(http.ErrAbortHandler)
		}
		return body
	}
}

// finishTimeout bounds the wait for work that may take for ever, such as entering maintenance mode.
const finishTimeout = 10 * time.Second

// finish waits until the work of a call is done: if its answer is a task, until that has ended.
func (l *Lab) finish(body soap.HasFault) {
	a, ok := body.(*answer)
	if !ok {
		return
	}
	value, _ := a.Res.content.(returned)
	ref, _ := value.Returnval.(types.ManagedObjectReference)
	if task, running := l.tasks.get(ref); running {
		select {
		case <-task.ended:
		case <-time.After(finishTimeout):
		}
	}
}

// withoutSession is what happens to a call that nobody has logged in for, Login itself above all.
func (f *InjectedFault) withoutSession(c *Call) types.BaseMethodFault {
	time.Sleep(seconds(f.DelaySeconds))
	if f.DropConnection != "" {
		panic(http.ErrAbortHandler)
	}
	if f.Type == "" {
		return nil
	}
	return f.fault(c).Detail
}

func (f *InjectedFault) answer(c *Call) soap.HasFault {
	fault := f.fault(c)
	if strings.HasSuffix(c.Method, "_Task") && !f.Immediate {
		return c.task(func(j *job) (types.AnyType, error) {
			if f.Residue {
				c.Lab.leaveResidue(j.Ctx, c.This)
			}
			return nil, fault
		})
	}
	return c.fault(fault)
}

func (f *InjectedFault) fault(c *Call) *fault.Fault {
	detail, err := newDetail(f.Type)
	if err != nil {
		return fault.Of(err)
	}
	message := f.Message
	if message == "" {
		message = f.Type
	}
	if busy, ok := detail.(*types.TaskInProgress); ok {
		// It has to name a task, or no client can read it.
		busy.Task = types.ManagedObjectReference{Type: "Task", Value: "task-of-somebody-else"}
	}
	return fault.New(detail, "%s", message)
}

// newDetail makes an empty fault of a type of the vSphere API.
func newDetail(name string) (types.BaseMethodFault, error) {
	if t, ok := types.TypeFunc()(name); ok && t.Kind() == reflect.Struct {
		if detail, ok := reflect.New(t).Interface().(types.BaseMethodFault); ok {
			return detail, nil
		}
	}
	return nil, fmt.Errorf("%q is not a fault type of the vSphere API", name)
}

// leaveResidue adds what a failed hot-add was seen to leave behind in a VM, with the number that its device would have
// had.
func (l *Lab) leaveResidue(ctx *simulator.Context, ref types.ManagedObjectReference) {
	vm, err := get[*simulator.VirtualMachine](ctx, ref)
	if err != nil {
		return
	}
	l.locked(ctx, vm, func() {
		n := 0
		isOf := func(d *types.VirtualPCIPassthrough) bool { return pci.Ordinal(d) == n }
		devices := pci.PassthroughOf(vm.Config.Hardware.Device)
		for slices.ContainsFunc(devices, isOf) || hasOption(vm.Config.ExtraConfig, fmt.Sprintf("pciPassthru%d.present", n)) {
			n++
		}
		options := append(slices.Clone(vm.Config.ExtraConfig),
			&types.OptionValue{Key: fmt.Sprintf("pciPassthru%d.present", n), Value: "FALSE"},
			&types.OptionValue{Key: fmt.Sprintf("pciPassthru%d.pciSlotNumber", n), Value: "-1"})
		ctx.Update(vm, []types.PropertyChange{set("config.extraConfig", options)})
	})
}

func hasOption(options []types.BaseOptionValue, key string) bool {
	return slices.ContainsFunc(options, func(o types.BaseOptionValue) bool { return o.GetOptionValue().Key == key })
}
