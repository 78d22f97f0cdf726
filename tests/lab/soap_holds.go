// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"strings"
	"sync"

	"github.com/vmware/govmomi/vim25/soap"
)

// holdBoot is what a hold names instead of a method: hosts that went down for a reboot stay down.
const holdBoot = "boot"

// Hold stops what a test wants to look at before it goes on, however long that takes: the JSON of `lab hold`.
type Hold struct {
	// Method is the method's name as on the wire, ExecuteSoap:<command> for one esxcli command, or "boot".
	Method string `json:"method"`
}

// holds are the methods whose work waits. A channel is closed when it may go on.
type holds struct {
	mu       sync.Mutex
	byMethod map[string]chan struct{}
}

func (h *holds) add(one Hold) error {
	if one.Method == "" {
		return fmt.Errorf("a hold needs a method")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.byMethod[one.Method] == nil {
		h.byMethod[one.Method] = make(chan struct{})
	}
	return nil
}

// clear lets all go on that waits.
func (h *holds) clear() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, held := range h.byMethod {
		close(held)
	}
	clear(h.byMethod)
}

// of is what to wait for, nil if nothing holds any of the names.
func (h *holds) of(names ...string) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, name := range names {
		if held := h.byMethod[name]; held != nil {
			return held
		}
	}
	return nil
}

// pass waits until nothing holds the names any more; it is false if the lab was closed, or givenUp, meanwhile.
func (l *Lab) pass(givenUp <-chan struct{}, names ...string) bool {
	for held := l.holds.of(names...); held != nil; held = l.holds.of(names...) {
		select {
		case <-held:
		case <-givenUp:
			return false
		case <-l.closed:
			return false
		}
	}
	return true
}

// holdable returns what answers a call once nothing holds it. A task of the lab is returned at once, and waits itself.
func (l *Lab) holdable(c *Call, override func(*Call) soap.HasFault) func(*Call) soap.HasFault {
	command := "ExecuteSoap:" + c.esxcliCommand()
	waitsItself := l.overrides[c.Method] != nil && strings.HasSuffix(c.Method, "_Task")
	if waitsItself || l.holds.of(c.Method, command) == nil {
		return override
	}
	return func(c *Call) soap.HasFault {
		l.pass(c.Ctx.Done(), c.Method, command)
		return override(c)
	}
}
