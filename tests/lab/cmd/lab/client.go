// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"directpath.nvme/lab"
)

// requestTimeout is far above what a request takes; only waiting for a guest to boot can take long.
const requestTimeout = 5 * time.Minute

// request sends one request over the control channel of the lab and returns the JSON that it answers.
func request(stateFile, method, path string, body any) (json.RawMessage, error) {
	if stateFile == "" {
		return nil, errNoStateFile
	}
	data, err := os.ReadFile(stateFile)
	if err != nil {
		return nil, fmt.Errorf("no lab runs here: %w", err)
	}
	var where lab.StateFile
	if err := json.Unmarshal(data, &where); err != nil {
		return nil, fmt.Errorf("%s: %w", stateFile, err)
	}
	var payload io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		payload = bytes.NewReader(text)
	}
	r, err := http.NewRequest(method, where.ControlURL+path, payload)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+where.ControlToken)
	// No proxy: the lab is on the loopback interface.
	client := http.Client{Timeout: requestTimeout, Transport: &http.Transport{Proxy: nil}}
	answer, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("the lab does not answer: %w", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		var refusal struct{ Error string }
		if json.Unmarshal(text, &refusal) != nil || refusal.Error == "" {
			refusal.Error = answer.Status
		}
		return nil, fmt.Errorf("%s", refusal.Error)
	}
	return text, nil
}

// show prints the answer to a request, indented.
func show(stateFile, method, path string, body any) error {
	answer, err := request(stateFile, method, path, body)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, answer, "", "  "); err != nil {
		return err
	}
	_, err = out.WriteTo(os.Stdout)
	return err
}

// simple is a command that has no options besides the state file.
func simple(name, method, path string) func([]string) error {
	return func(args []string) error {
		flags := flag.NewFlagSet(name, flag.ContinueOnError)
		stateFile := stateFileFlag(flags)
		if err := parse(flags, args); err != nil {
			return err
		}
		return show(*stateFile, method, path, nil)
	}
}

var (
	status = simple("status", http.MethodGet, "/status")
	state  = simple("state", http.MethodGet, "/state")
	reset  = simple("reset", http.MethodPost, "/reset")
)

// stopTimeout is how long stop waits for the lab to end.
const stopTimeout = 10 * time.Second

func stop(args []string) error {
	flags := flag.NewFlagSet("stop", flag.ContinueOnError)
	stateFile := stateFileFlag(flags)
	if err := parse(flags, args); err != nil {
		return err
	}
	if _, err := request(*stateFile, http.MethodPost, "/stop", nil); err != nil {
		return err
	}
	for end := time.Now().Add(stopTimeout); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(*stateFile); os.IsNotExist(err) {
			return nil
		}
	}
	return fmt.Errorf("the lab has not ended within %s", stopTimeout)
}

func stats(args []string) error {
	flags := flag.NewFlagSet("stats", flag.ContinueOnError)
	stateFile := stateFileFlag(flags)
	zero := flags.Bool("reset", false, "zero the counters after showing them")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *zero {
		return show(*stateFile, http.MethodPost, "/stats/reset", nil)
	}
	return show(*stateFile, http.MethodGet, "/stats", nil)
}
