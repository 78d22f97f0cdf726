// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"log"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/fault"
)

// The simulator panics at what it does not expect, such as a datastore that is not there, in goroutines of its tasks
// too, where that ends the process. A call of one client must not end the lab for all: a panic becomes a fault.

// guarded answers a call; a panic becomes its fault. Dropping the connection is done by a panic as well, and stays one.
func (c *Call) guarded(answer func(*Call) soap.HasFault) (body soap.HasFault) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler {
			panic(p)
		} else if p != nil {
			c.Lab.release(c.Ctx, c.This)
			body = c.fault(crashed(c.Method, p))
		}
	}()
	if strings.HasSuffix(c.Method, "_Task") {
		if ref, ok := c.missing(reflect.ValueOf(c.Body)); ok {
			return c.fault(fault.NotFound(ref))
		}
	}
	return answer(c)
}

// missing finds a reference in a request to an object that is not there: a server refuses it before it starts.
func (c *Call) missing(v reflect.Value) (ref types.ManagedObjectReference, found bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return c.missing(v.Elem())
		}
	case reflect.Slice:
		for i := 0; i < v.Len() && !found; i++ {
			ref, found = c.missing(v.Index(i))
		}
	case reflect.Struct:
		if one, ok := v.Interface().(types.ManagedObjectReference); ok {
			return one, c.Ctx.Map.Get(one) == nil && c.Ctx.Session.Get(one) == nil
		}
		for i := 0; i < v.NumField() && !found; i++ {
			if v.Type().Field(i).IsExported() {
				ref, found = c.missing(v.Field(i))
			}
		}
	}
	return ref, found
}

// guardedWork does the work of a task of ours; a panic becomes its error.
func (l *Lab) guardedWork(j *job, work func(*job) (types.AnyType, error)) (result types.AnyType, err error) {
	defer func() {
		if p := recover(); p != nil {
			l.release(j.Ctx, j.Ref)
			result, err = nil, crashed("a task", p)
		}
	}()
	return work(j)
}

// taskGuard gives the simulator's own tasks the same: the registry shows it each before it runs.
type taskGuard struct{ *Lab }

// Reference implements mo.Reference.
func (taskGuard) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "TaskGuard", Value: "lab"}
}

// PutObject implements simulator.RegisterObject.
func (g taskGuard) PutObject(_ *simulator.Context, obj mo.Reference) {
	task, ok := obj.(*simulator.Task)
	if !ok || task.Execute == nil {
		return
	}
	work := task.Execute
	task.Execute = func(t *simulator.Task) (result types.AnyType, err types.BaseMethodFault) {
		defer func() {
			if p := recover(); p != nil {
				// The simulator tells nobody the context of a task; its locks are held by that.
				ctx := (*simulator.Context)(reflect.ValueOf(t).Elem().FieldByName("ctx").UnsafePointer())
				g.release(ctx, t.Self)
				result, err = nil, crashed(t.Info.Name, p).Detail
			}
		}()
		return work(t)
	}
}

// UpdateObject implements simulator.RegisterObject.
func (taskGuard) UpdateObject(*simulator.Context, mo.Reference, []types.PropertyChange) {}

// RemoveObject implements simulator.RegisterObject.
func (taskGuard) RemoveObject(*simulator.Context, types.ManagedObjectReference) {}

func crashed(what string, reason any) *fault.Fault {
	log.Printf("%s panics: %v", what, reason)
	return fault.New(&types.SystemError{Reason: "the lab cannot do this"}, "A general system error occurred: the lab cannot do this: %v", reason)
}

// releaseTimeout bounds the wait for locks that others hold.
const releaseTimeout = 2 * time.Second

// release gives back the locks that the simulator took for a context and, because it panicked, never gave back. Nothing
// says which those are, so each is taken and then given back as often as it goes, but for those that are given back anyway. The context does nothing else
// meanwhile: what it takes later is its own.
func (l *Lab) release(ctx *simulator.Context, except types.ManagedObjectReference) {
	var pending sync.WaitGroup
	var late atomic.Bool
	held := l.heldByTasks()
	held[except] = true
	for _, obj := range ctx.Map.All("") {
		if held[obj.Reference()] {
			continue
		}
		pending.Go(func() {
			defer func() { _ = recover() }() // the simulator's word for a lock that is not the context's (any more)
			unlock := ctx.Map.AcquireLock(ctx, obj)
			for unlock(); !late.Load(); {
				unlock()
			}
		})
	}
	all := make(chan struct{})
	go func() {
		pending.Wait()
		close(all)
	}()
	select {
	case <-all:
	case <-time.After(releaseTimeout):
		late.Store(true)
	}
}

// heldByTasks are the objects of the simulator's tasks that run: each gives its own back at its end, and one can wait
// for another of the same context, as a clone for the creation of the VM.
func (l *Lab) heldByTasks() map[types.ManagedObjectReference]bool {
	held := map[types.ManagedObjectReference]bool{}
	ctx := l.context()
	for _, obj := range ctx.Map.AllReference("Task") {
		if task := obj.(*simulator.Task); task.Execute != nil {
			l.locked(ctx, task, func() {
				if task.Info.CompleteTime == nil {
					held[*task.Info.Entity] = true
				}
			})
		}
	}
	return held
}
