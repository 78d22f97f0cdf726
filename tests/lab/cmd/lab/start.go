// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"directpath.nvme/lab"
	"directpath.nvme/lab/config"
)

// pidCheck is how often the process named by --exit-with-pid is looked for.
const pidCheck = 200 * time.Millisecond

func start(args []string) error {
	flags := flag.NewFlagSet("start", flag.ContinueOnError)
	file := flags.String("config", "", "configuration `file` (JSON); without it the demo model")
	mode := flags.String("mode", "", "vcenter or esxi (default: what the configuration says, or vcenter)")
	stateFile := stateFileFlag(flags)
	pid := flags.Int("exit-with-pid", 0, "end when the process with this `pid` has ended")
	lifetime := flags.Duration("max-lifetime", 2*time.Hour, "end after this time")
	verbose := flags.Bool("verbose", false, "log what the simulator has to say")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *stateFile == "" {
		return errNoStateFile
	}
	cfg, err := config.Read(*file)
	if err != nil {
		return err
	}
	if *mode != "" {
		cfg.Mode = *mode
	}
	if !*verbose {
		log.SetOutput(io.Discard) // the simulator logs every call that it cannot answer
	}

	// Everything that can end the lab is watched before it can be seen.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	expired := time.After(*lifetime)
	orphaned := watch(*pid)

	server, err := lab.NewServer(cfg, *lifetime+time.Hour)
	if err != nil {
		return err
	}
	remove, err := writeStateFile(server, *stateFile)
	defer remove()
	if err == nil {
		select {
		case <-signals:
		case <-expired:
		case <-orphaned:
		case <-server.Stopped():
		}
	}
	return errors.Join(err, server.Close())
}

// writeStateFile writes the state file and the CA file beside it. The state file appears at once and complete; who
// sees it can connect.
func writeStateFile(server *lab.Server, path string) (remove func(), err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return func() {}, err
	}
	caFile, partial := path+".ca.pem", path+".new"
	remove = func() {
		for _, f := range []string{path, caFile, partial} {
			_ = os.Remove(f)
		}
	}
	if err := os.WriteFile(caFile, server.CAPEM(), 0o600); err != nil {
		return remove, err
	}
	data, err := json.MarshalIndent(server.State(os.Getpid(), caFile), "", "  ")
	if err != nil {
		return remove, err
	}
	_ = os.Remove(partial) // a file that is there would keep its mode
	if err := os.WriteFile(partial, append(data, '\n'), 0o600); err != nil {
		return remove, err
	}
	return remove, os.Rename(partial, path)
}

// watch returns a channel that is closed when the process has ended.
func watch(pid int) <-chan struct{} {
	if pid == 0 {
		return nil
	}
	gone := make(chan struct{})
	go func() {
		for alive(pid) {
			time.Sleep(pidCheck)
		}
		close(gone)
	}()
	return gone
}

func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

var errNoStateFile = fmt.Errorf("which lab? give --state-file or set LAB_STATE_FILE")

func stateFileFlag(flags *flag.FlagSet) *string {
	return flags.String("state-file", os.Getenv("LAB_STATE_FILE"), "state `file` of the lab (default: $LAB_STATE_FILE)")
}

// parse reads the options; anything left over is an error rather than ignored.
func parse(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected %q", flags.Arg(0))
	}
	return nil
}
