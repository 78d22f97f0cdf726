// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"cmp"
	"fmt"
	"sync"

	"github.com/vmware/govmomi/vim25/types"
)

// Work is a task of others that runs on a VM or a host until it is told to end: the JSON of `lab task`.
type Work struct {
	VM   string `json:"vm,omitempty"`
	Host string `json:"host,omitempty"`
	// Method is the method's name as on the wire, which the task's descriptionId comes from; empty: CreateSnapshot_Task
	// of a VM, ReconfigureHostForDAS_Task of a host. pyvmomi cannot read the name of a method that there is not.
	Method string `json:"method,omitempty"`
}

// othersWork is what the tasks of others wait for. It is closed when they end.
type othersWork struct {
	mu  sync.Mutex
	end chan struct{}
}

func newOthersWork() *othersWork { return &othersWork{end: make(chan struct{})} }

// clear ends all tasks of others, with success.
func (w *othersWork) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.end)
	w.end = make(chan struct{})
}

func (w *othersWork) ended() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.end
}

// beginWork starts a task that does nothing and takes no lock: others can work on its object meanwhile.
func (l *Lab) beginWork(work Work) error {
	entity, method, err := l.workOn(work)
	if err != nil {
		return err
	}
	end := l.others.ended()
	l.startTask(entity, cmp.Or(work.Method, method), func(*job) (types.AnyType, error) {
		select {
		case <-end:
		case <-l.closed:
		}
		return nil, nil
	})
	return nil
}

// workOn finds what work is done on, and which it is by default.
func (l *Lab) workOn(work Work) (entity types.ManagedObjectReference, method string, err error) {
	switch {
	case (work.VM == "") == (work.Host == ""):
		return entity, "", fmt.Errorf("a task needs a VM or a host")
	case work.VM != "":
		vm := l.vmNamed(work.VM)
		if vm == nil {
			return entity, "", fmt.Errorf("there is no VM %q", work.VM)
		}
		return vm.Self, "CreateSnapshot_Task", nil
	}
	host, err := l.hostNamed(work.Host)
	if err != nil {
		return entity, "", err
	}
	return host.ref, "ReconfigureHostForDAS_Task", nil
}
