// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package qemu

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"
)

// fakeQEMU answers commands of a client as answer says; an empty answer is none.
func fakeQEMU(t *testing.T, answer func(command string, id int) string) (*qmp, chan string) {
	t.Helper()
	ours, theirs := net.Pipe()
	events := make(chan string, 10)
	go func() {
		defer theirs.Close()
		fmt.Fprintln(theirs, `{"QMP": {"version": {}, "capabilities": []}}`)
		for d := json.NewDecoder(theirs); ; {
			var request struct {
				Execute string
				ID      int
			}
			if d.Decode(&request) != nil {
				return
			}
			text := answer(request.Execute, request.ID)
			if text == "quit" {
				return
			}
			fmt.Fprintln(theirs, text)
		}
	}()
	t.Cleanup(func() { ours.Close() })
	return newQMP(ours, func(name string, _ json.RawMessage) { events <- name }), events
}

func TestAnswersAndEvents(t *testing.T) {
	q, events := fakeQEMU(t, func(_ string, id int) string {
		return fmt.Sprintf(`{"event": "RESET", "data": {}}{"return": {"status": "running"}, "id": %d}`, id)
	})
	var status struct{ Status string }
	if err := q.execute("query-status", nil, &status); err != nil || status.Status != "running" {
		t.Errorf("%v, %v", status, err)
	}
	if name := <-events; name != "RESET" {
		t.Errorf("event %s", name)
	}
}

func TestRefusedCommand(t *testing.T) {
	q, _ := fakeQEMU(t, func(_ string, id int) string {
		return fmt.Sprintf(`{"error": {"class": "GenericError", "desc": "no such port"}, "id": %d}`, id)
	})
	var refused *qmpError
	if err := q.execute("device_add", nil, nil); !errors.As(err, &refused) || refused.Text != "no such port" {
		t.Errorf("got %v", err)
	}
}

func TestQEMUEnds(t *testing.T) {
	q, _ := fakeQEMU(t, func(string, int) string { return "quit" })
	for range 2 { // while waiting, and before asking
		if err := q.execute("stop", nil, nil); !errors.Is(err, errEnded) {
			t.Errorf("got %v", err)
		}
	}
}

func TestNoAnswer(t *testing.T) {
	q, _ := fakeQEMU(t, func(string, int) string { return "" })
	if err := q.within(10*time.Millisecond, "stop", nil, nil); err == nil {
		t.Error("no error")
	}
}
