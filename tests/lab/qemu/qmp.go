// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package qemu

import (
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"time"
)

// qmp is a connection to QEMU's machine protocol: commands and their answers, and events in between.
type qmp struct {
	conn   net.Conn
	event  func(name string, data json.RawMessage)
	closed chan struct{}

	mu      sync.Mutex
	last    int
	answers map[int]chan message
}

// message is anything that QEMU sends.
type message struct {
	ID     *int
	Return json.RawMessage
	Error  *qmpError
	Event  string
	Data   json.RawMessage
}

// qmpError is QEMU's refusal of a command.
type qmpError struct {
	Class string `json:"class"`
	Text  string `json:"desc"`
}

func (e *qmpError) Error() string { return e.Text }

// newQMP talks to QEMU over a connection. event is called in order, and must not wait for an answer of QEMU.
func newQMP(conn net.Conn, event func(string, json.RawMessage)) *qmp {
	q := &qmp{conn: conn, event: event, closed: make(chan struct{}), answers: map[int]chan message{}}
	go q.read()
	return q
}

func (q *qmp) read() {
	defer close(q.closed)
	defer q.conn.Close()
	for d := json.NewDecoder(q.conn); ; {
		var m message
		if err := d.Decode(&m); err != nil {
			return
		}
		switch {
		case m.Event != "":
			q.event(m.Event, m.Data)
		case m.ID != nil:
			q.mu.Lock()
			answer := q.answers[*m.ID]
			delete(q.answers, *m.ID)
			q.mu.Unlock()
			if answer != nil {
				answer <- m
			}
		}
	}
}

// commandTimeout is far above what any command takes: QEMU answers between two instructions of the guest.
const commandTimeout = 10 * time.Second

// execute runs a command and decodes its answer into result, if that is not nil.
func (q *qmp) execute(command string, arguments, result any) error {
	return q.within(commandTimeout, command, arguments, result)
}

func (q *qmp) within(limit time.Duration, command string, arguments, result any) error {
	answer := make(chan message, 1)
	if err := q.send(command, arguments, answer); err != nil {
		return errEnded
	}
	select {
	case m := <-answer:
		if m.Error != nil {
			return m.Error
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(m.Return, result)
	case <-q.closed:
		return errEnded
	case <-time.After(limit):
		return fmt.Errorf("QEMU has not answered %s within %s", command, limit)
	}
}

func (q *qmp) send(command string, arguments any, answer chan message) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.last++
	request := map[string]any{"execute": command, "id": q.last}
	if arguments != nil {
		request["arguments"] = arguments
	}
	q.answers[q.last] = answer
	return json.NewEncoder(q.conn).Encode(request)
}
