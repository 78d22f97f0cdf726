// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"net/http"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/methods"

	"directpath.nvme/lab/config"
)

// takes is how long a call took. Only that it took at least as long as the delay is certain.
func (c *vmClient) takes(call func() error) time.Duration {
	c.t.Helper()
	start := time.Now()
	c.must(call())
	return time.Since(start)
}

func TestAnswersAreLate(t *testing.T) {
	const short, long = 0.05, 0.1
	c := dial(t, config.Config{Settings: config.Settings{AnswerDelayByMethod: map[string]float64{"CurrentTime": short}}})
	now := func() error { _, err := methods.GetCurrentTime(c.ctx, c.vim); return err }
	if took := c.takes(now); took < seconds(short) {
		t.Errorf("a delay of the configuration of %v s took %s", short, took)
	}
	c.control(http.MethodPost, "/delay", `{"seconds": 0.1}`, nil)
	toggle := func() error { return c.togglePassthru("esxi-02.lab", enable(d9)) }
	if took := c.takes(toggle); took < 2*seconds(long) { // the properties are read, then the call is made
		t.Errorf("with a delay of all methods of %v s two calls took %s", long, took)
	}
	c.control(http.MethodPost, "/delay", `{"method": "ExecuteSoap:vim.EsxCLI.hardware.pci.list", "seconds": 0.2}`, nil)
	list := func() error { _, err := c.runESXCLI("esxi-02.lab", "hardware", "pci", "list"); return err }
	if took := c.takes(list); took < 2*seconds(long) {
		t.Errorf("an esxcli command with a delay of its own took %s", took)
	}
	c.control(http.MethodPost, "/delay/clear", "", nil)
	for _, d := range []Delay{{}, {Method: "CurrentTime"}} {
		if late := c.lab().delays.of(&Call{Method: d.Method}); late != 0 {
			t.Errorf("%q is late by %s after all delays were ended", d.Method, late)
		}
	}
}

func TestTheWorkIsDoneBeforeTheAnswerIsLate(t *testing.T) {
	c := dial(t, config.Config{})
	c.must(c.lab().delays.set(Delay{Method: "UpdatePassthruConfig", Seconds: 3600}))
	gone := make(chan error, 1)
	go func() { gone <- c.togglePassthru("esxi-02.lab", enable(d9)) }()
	c.waitHost("esxi-02.lab", "config.pciPassthruInfo", func(any) bool { return c.passthru("esxi-02.lab")[d9] == "active" })
	select {
	case err := <-gone:
		t.Errorf("the answer came at once: %v", err)
	default:
	}
}

func TestDelaysAreChecked(t *testing.T) {
	for _, s := range []config.Settings{{AnswerDelaySeconds: -1}, {AnswerDelayByMethod: map[string]float64{"": 1}},
		{AnswerDelayByMethod: map[string]float64{"Login": -1}}} {
		if l, err := New(config.Config{Settings: s}); err == nil {
			_ = l.Close()
			t.Errorf("%+v is accepted", s)
		}
	}
	c := dial(t, config.Config{})
	if code := c.control(http.MethodPost, "/delay", `{"seconds": -1}`, nil); code != http.StatusBadRequest {
		t.Errorf("a negative delay is answered with %d", code)
	}
}
