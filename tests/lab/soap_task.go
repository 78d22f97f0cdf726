// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/fault"
)

// job is a running task. Its context is its own, so that it can take the locks of objects.
type job struct {
	Ctx *simulator.Context
	Ref types.ManagedObjectReference
	// Cancelled is closed when a client cancels the task (see cancelable). Work that can take long watches it, and returns
	// errCancelled.
	Cancelled <-chan struct{}
}

var errCancelled = fault.New(&types.RequestCanceled{}, "The task was canceled by a user.")

// runningTask is a task that has not ended: cancel is nil if it cannot be cancelled, ended is closed when it has.
type runningTask struct {
	cancel func()
	ended  chan struct{}
}

// taskTable knows how to cancel the tasks that run, and which finished ones to forget next: the simulator keeps all.
type taskTable struct {
	mu       sync.Mutex
	count    int
	running  map[types.ManagedObjectReference]runningTask
	finished []types.ManagedObjectReference
}

// cancelable are the methods whose tasks clients can cancel, and whose work watches for it.
var cancelable = map[string]bool{"EnterMaintenanceMode_Task": true}

// keptTasks is how many finished tasks can still be read. A real vCenter forgets them after some minutes.
const keptTasks = 1000

func newTaskTable() *taskTable {
	return &taskTable{running: map[types.ManagedObjectReference]runningTask{}}
}

func (l *Lab) overrideTasks() {
	l.override("CancelTask", l.cancelTask)
}

// task answers the call with a task on its object, named like the method. The work runs in a goroutine without any
// lock; what it returns becomes the task's result or error, the latter with the type and text of a *fault.Fault.
func (c *Call) task(work func(*job) (types.AnyType, error)) soap.HasFault {
	return c.returns(c.Lab.startTask(c.This, c.Method, work))
}

// startTask starts a task on an object, for those who answer with something else than the task.
func (l *Lab) startTask(entity types.ManagedObjectReference, method string, work func(*job) (types.AnyType, error),
) types.ManagedObjectReference {
	ctx := l.context()
	cancelled := make(chan struct{})
	now := time.Now()
	name := strings.TrimSuffix(method, "_Task")
	task := &simulator.Task{}
	task.Info = types.TaskInfo{
		Name:          method, // pyvmomi knows the names of real methods only
		DescriptionId: fmt.Sprintf("%s.%s", entity.Type, strings.ToLower(name[:1])+name[1:]),
		Entity:        &entity,
		EntityName:    l.nameOf(ctx, entity),
		State:         types.TaskInfoStateRunning,
		Reason:        &types.TaskReasonUser{UserName: "lab"},
		QueueTime:     now,
		StartTime:     &now,
		Cancelable:    cancelable[method],
	}
	task.Self = types.ManagedObjectReference{Type: "Task", Value: l.tasks.newID()}
	task.Info.Key = task.Self.Value
	task.Info.Task = task.Self
	// The simulator adds the task to the entity's recentTask without taking the entity's lock.
	l.locked(ctx, entity, func() { ctx.Map.Put(task) })
	var cancel func()
	if cancelable[method] {
		cancel = sync.OnceFunc(func() { close(cancelled) })
	}
	l.tasks.begin(task.Self, cancel)
	go l.runTask(&job{Ctx: ctx, Ref: task.Self, Cancelled: cancelled}, task, work)
	return task.Self
}

func (l *Lab) runTask(j *job, task *simulator.Task, work func(*job) (types.AnyType, error)) {
	var result types.AnyType
	var err error
	select {
	case <-time.After(seconds(*l.cfg.Settings.TaskSeconds)):
		if l.pass(j.Cancelled, task.Info.Name) {
			result, err = l.guardedWork(j, work)
		} else {
			err = errCancelled
		}
	case <-j.Cancelled:
		err = errCancelled
	}
	changes := []types.PropertyChange{set("info.completeTime", time.Now())}
	if err != nil {
		f := fault.Of(err)
		changes = append(changes, set("info.state", types.TaskInfoStateError), set("info.cancelled", err == errCancelled),
			set("info.error", types.LocalizedMethodFault{Fault: f.Detail, LocalizedMessage: f.Message}))
	} else {
		changes = append(changes, set("info.state", types.TaskInfoStateSuccess))
		if result != nil {
			changes = append(changes, set("info.result", result))
		}
	}
	l.update(j.Ctx, task, changes...)
	for _, old := range l.tasks.done(task.Self) {
		j.Ctx.Map.Remove(j.Ctx, old)
	}
}

// cancelTask answers CancelTask; tasks of the simulator, and those that have ended, are left to the simulator.
func (l *Lab) cancelTask(c *Call) soap.HasFault {
	task, ours := l.tasks.get(c.This)
	switch {
	case !ours:
		return c.native()
	case task.cancel == nil:
		return c.fault(fault.New(&types.NotSupported{}, "The operation is not supported on the object."))
	}
	task.cancel()
	return &methods.CancelTaskBody{Res: &types.CancelTaskResponse{}}
}

func (t *taskTable) newID() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count++
	return fmt.Sprintf("task-lab-%d", t.count)
}

func (t *taskTable) begin(task types.ManagedObjectReference, cancel func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.running[task] = runningTask{cancel: cancel, ended: make(chan struct{})}
}

// get returns a task that has not ended; it is false for tasks of the simulator too.
func (t *taskTable) get(task types.ManagedObjectReference) (runningTask, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, ok := t.running[task]
	return r, ok
}

// done records the end of a task and returns the tasks to forget.
func (t *taskTable) done(task types.ManagedObjectReference) []types.ManagedObjectReference {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.running[task].ended)
	delete(t.running, task)
	t.finished = append(t.finished, task)
	if len(t.finished) <= keptTasks {
		return nil
	}
	old := t.finished[:len(t.finished)-keptTasks]
	t.finished = t.finished[len(old):]
	return old
}
