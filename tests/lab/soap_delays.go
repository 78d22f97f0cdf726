// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/vmware/govmomi/vim25/soap"

	"directpath.nvme/lab/config"
)

// Delay makes answers late, as those of a server that has much to do: the JSON of `lab delay`.
type Delay struct {
	// Method is the method's name as on the wire, or ExecuteSoap:<command> for one esxcli command; empty: all that have
	// no delay of their own.
	Method  string  `json:"method,omitempty"`
	Seconds float64 `json:"seconds"`
}

// delays are how late the lab answers, until they are changed. A method's own delay stands for that of all.
type delays struct {
	mu       sync.Mutex
	byMethod map[string]float64 // "" is all methods
}

func newDelays(s config.Settings) *delays {
	d := &delays{byMethod: map[string]float64{}}
	maps.Copy(d.byMethod, s.AnswerDelayByMethod)
	d.byMethod[""] = s.AnswerDelaySeconds
	return d
}

func (d *delays) set(one Delay) error {
	if one.Seconds < 0 {
		return fmt.Errorf("a delay cannot be negative")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.byMethod[one.Method] = one.Seconds
	return nil
}

// clear ends all delays, those of the configuration too.
func (d *delays) clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.byMethod)
}

// of is how late the answer to a call has to be.
func (d *delays) of(c *Call) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range []string{"ExecuteSoap:" + c.esxcliCommand(), c.Method} {
		if late, ok := d.byMethod[name]; ok {
			return seconds(late)
		}
	}
	return seconds(d.byMethod[""])
}

// late returns what answers a call after its work is done and the time is over.
func late(delay time.Duration, override func(*Call) soap.HasFault) func(*Call) soap.HasFault {
	return func(c *Call) soap.HasFault {
		body := override(c)
		c.Lab.sleep(delay)
		return body
	}
}
