// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"maps"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
)

// stats counts what clients asked for, so that tests can assert it.
type stats struct {
	mu       sync.Mutex
	calls    map[string]int
	received atomic.Int64
	sent     atomic.Int64
}

// Stats is the JSON of `lab stats`.
type Stats struct {
	// Calls counts SOAP calls by method; an esxcli command counts as ExecuteSoap and as ExecuteSoap:<command>.
	Calls    map[string]int `json:"calls"`
	Total    int            `json:"total"`
	Mutating struct {
		Total int            `json:"total"`
		Calls map[string]int `json:"calls"`
	} `json:"mutating"`
	Bytes struct {
		Received int64 `json:"received"`
		Sent     int64 `json:"sent"`
	} `json:"bytes"`
}

func newStats() *stats {
	return &stats{calls: map[string]int{}}
}

// count is called once for every SOAP call, before it is answered.
func (s *stats) count(c *Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[c.Method]++
	if command := c.esxcliCommand(); command != "" {
		s.calls["ExecuteSoap:"+command]++
	}
}

func (s *stats) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.calls)
	s.received.Store(0)
	s.sent.Store(0)
}

func (s *stats) snapshot() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out Stats
	out.Calls = maps.Clone(s.calls)
	out.Mutating.Calls = map[string]int{}
	for method, n := range s.calls {
		if !strings.Contains(method, ":") {
			out.Total += n
		}
		if mutates(method) {
			out.Mutating.Calls[method] = n
			out.Mutating.Total += n
		}
	}
	out.Bytes.Received = s.received.Load()
	out.Bytes.Sent = s.sent.Load()
	return out
}

// readOnlyPrefixes and readOnlyMethods list the methods that leave the server's state alone. Everything else counts
// as mutating, so that a method nobody thought of cannot slip through a test of check mode.
var readOnlyPrefixes = []string{
	"Retrieve", "Query", "Find", "Wait", "Fetch", "Get", "List", "Has", "Search", "Validate", "Check", "Estimate",
	"DynamicTypeMgr", "Refresh", "CreateFilter", "CreateContainerView", "CreateListView", "CreateInventoryView",
	"CreateCollectorFor", "CreatePropertyCollector", "ReadNext", "ReadPrevious",
}

var readOnlyMethods = map[string]bool{
	"Login": true, "LoginByToken": true, "Logout": true, "SessionIsActive": true, "CurrentTime": true,
	"ContinueRetrievePropertiesEx": true, "AcquireCloneTicket": true, "CloneSession": true, "ExecuteSoap": true,
	"DestroyView": true, "DestroyPropertyFilter": true, "DestroyPropertyCollector": true, "DestroyCollector": true,
	"ModifyListView": true, "ResetListView": true, "CancelRetrievePropertiesEx": true, "CancelWaitForUpdates": true,
}

// mutates reports whether a counter's name stands for a call that changes the server's state.
func mutates(method string) bool {
	if strings.HasPrefix(method, "ExecuteSoap:") || strings.HasPrefix(method, "VimEsxCLI") || strings.HasPrefix(method, "VimCLIInfo") {
		command := strings.ToLower(method)
		return !strings.HasSuffix(command, "list") && !strings.HasSuffix(command, "get") && !strings.HasSuffix(command, "fetchcliinfo")
	}
	if readOnlyMethods[method] {
		return false
	}
	for _, prefix := range readOnlyPrefixes {
		if strings.HasPrefix(method, prefix) {
			return false
		}
	}
	return true
}

// esxcliCommand is the command that an ExecuteSoap call carries, e.g. vim.EsxCLI.system.settings.kernel.list. The type
// of the request is internal to govmomi, so its field is read by reflection.
func (c *Call) esxcliCommand() string {
	if c.Method != "ExecuteSoap" {
		return ""
	}
	return stringField(c.Body, "Method")
}

func stringField(v any, name string) string {
	field := reflect.Indirect(reflect.ValueOf(v)).FieldByName(name)
	if !field.IsValid() || field.Kind() != reflect.String {
		return ""
	}
	return field.String()
}
