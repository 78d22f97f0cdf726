// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"directpath.nvme/lab"
)

// program is the lab command, built once for all tests.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "lab-test-")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "lab")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the lab: %s\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// running is a lab in a process of its own.
type running struct {
	t         *testing.T
	cmd       *exec.Cmd
	stateFile string
	state     lab.StateFile
	output    bytes.Buffer
	ended     chan error
}

func startLab(t *testing.T, args ...string) *running {
	t.Helper()
	r := &running{t: t, stateFile: filepath.Join(t.TempDir(), "state.json"), ended: make(chan error, 1)}
	r.cmd = exec.Command(program, append([]string{"start", "--state-file", r.stateFile}, args...)...)
	r.cmd.Stdout, r.cmd.Stderr = &r.output, &r.output
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { r.ended <- r.cmd.Wait() }()
	t.Cleanup(func() {
		_ = r.cmd.Process.Signal(os.Interrupt) // it removes its files
		select {
		case <-r.ended:
		case <-time.After(time.Minute):
			_ = r.cmd.Process.Kill()
		}
	})
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if data, err := os.ReadFile(r.stateFile); err == nil {
			if err := json.Unmarshal(data, &r.state); err != nil {
				t.Fatal(err)
			}
			return r
		}
	}
	t.Fatalf("the lab wrote no state file: %s", r.output.String())
	return nil
}

func (r *running) run(args ...string) (string, error) {
	r.t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "LAB_STATE_FILE="+r.stateFile)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// wantEnd waits for the end of the process, and checks that it leaves nothing behind.
func (r *running) wantEnd() {
	r.t.Helper()
	select {
	case err := <-r.ended:
		close(r.ended) // the clean-up need not wait
		if err != nil {
			r.t.Errorf("the lab ended with %s: %s", err, r.output.String())
		}
	case <-time.After(time.Minute):
		r.t.Fatal("the lab does not end")
	}
	for _, file := range []string{r.stateFile, r.state.CAFile} {
		if _, err := os.Stat(file); !os.IsNotExist(err) {
			r.t.Errorf("%s is left behind", file)
		}
	}
}

func TestStateFileIsPrivateAndPasswordIsNotPrinted(t *testing.T) {
	r := startLab(t)
	info, err := os.Stat(r.stateFile)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("the state file has mode %o", mode)
	}
	if r.state.PID != r.cmd.Process.Pid || r.state.Mode != "vcenter" || r.state.Host != "127.0.0.1" ||
		r.state.Datacenter != "DC0" || len(r.state.Password) < 20 {
		t.Errorf("%+v", r.state)
	}
	status, err := r.run("status")
	if err != nil {
		t.Fatal(err)
	}
	if text := status + r.output.String(); strings.Contains(text, r.state.Password) || strings.Contains(text, r.state.ControlToken) {
		t.Error("a secret is printed")
	}
	if out, err := r.run("stop"); err != nil {
		t.Fatalf("stop: %s %s", err, out)
	}
	r.wantEnd()
	if out, err := r.run("status"); err == nil || !strings.Contains(out, "no lab runs here") {
		t.Errorf("status of a lab that has ended: %v %s", err, out)
	}
}

func TestLabEndsWithAnotherProcess(t *testing.T) {
	other := exec.Command("sleep", "60")
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	r := startLab(t, "--exit-with-pid", fmt.Sprint(other.Process.Pid))
	_ = other.Process.Kill()
	_ = other.Wait()
	r.wantEnd()
}

func TestLabEndsAfterItsLifetime(t *testing.T) {
	startLab(t, "--max-lifetime", "1s").wantEnd()
}

func TestLabEndsOnSignals(t *testing.T) {
	r := startLab(t)
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	r.wantEnd()
}

func TestMistakesAreReported(t *testing.T) {
	r := startLab(t, "--mode", "esxi")
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(bad, []byte(`{"hots": []}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		text string
	}{
		{[]string{}, "usage:"},
		{[]string{"dance"}, "usage:"},
		{[]string{"status", "now"}, `unexpected "now"`},
		{[]string{"status", "--state-file", ""}, "which lab?"},
		{[]string{"pull", "--host", "esxi-01.lab", "--address", "0000:77:00.0"}, "no device"},
		{[]string{"insert", "--host", "nowhere"}, "no host"},
		{[]string{"delay", "--by=-1s"}, "negative"},
		{[]string{"fault", "--method", "Login", "--type", "Nonsense"}, "not a fault type"},
		{[]string{"start", "--config", bad, "--state-file", bad + ".state"}, "unknown field"},
		{[]string{"start", "--mode", "cloud", "--state-file", bad + ".state"}, "cloud"},
	} {
		out, err := r.run(c.args...)
		if err == nil || !strings.Contains(out, c.text) {
			t.Errorf("lab %v: %v %q, want %q in it", c.args, err, out, c.text)
		}
	}
}

func TestCommandsSteerTheLab(t *testing.T) {
	r := startLab(t)
	for _, args := range [][]string{
		{"insert", "--host", "esxi-01.lab", "--address", "0000:e0:00.0", "--serial", "NEW", "--vendor-device", "1e0f:0011"},
		{"pull", "--host", "esxi-01.lab", "--address", "0000:e0:00.0", "--keep-vm-entry"},
		{"fault", "--method", "ReconfigVM_Task", "--type", "GenericVmConfigFault", "--count", "2", "--residue"},
		{"insert", "--host", "esxi-01.lab", "--address", "10000:e1:00.0", "--no-adapter"},
		{"delay", "--method", "CurrentTime", "--by", "1ms"}, {"delay", "--by", "0"}, {"delay", "--clear"},
		{"fault", "--clear"}, {"fault", "--expire-session"}, {"stats", "--reset"}, {"state"}, {"reset"},
	} {
		out, err := r.run(args...)
		if err != nil || !json.Valid([]byte(out)) {
			t.Errorf("lab %v: %v %s", args, err, out)
		}
	}
}

// memoryLimit is what a lab with 10 hosts may take.
const memoryLimit = 100 << 10 // kB

func TestMemoryOfTenHosts(t *testing.T) {
	config := filepath.Join(t.TempDir(), "ten.json")
	if err := os.WriteFile(config, []byte(`{"hosts": [], "vms": [], "extra_hosts": 10, "extra_vms": 100}`), 0o600); err != nil {
		t.Fatal(err)
	}
	r := startLab(t, "--config", config)
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.cmd.Process.Pid))
	if err != nil {
		t.Skip("memory is measured on Linux")
	}
	_, rest, _ := strings.Cut(string(data), "VmRSS:")
	var size int
	if _, err := fmt.Sscan(rest, &size); err != nil || size > memoryLimit {
		t.Errorf("a lab with 10 hosts takes %d kB (%v)", size, err)
	}
}
