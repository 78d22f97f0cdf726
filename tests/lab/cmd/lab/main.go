// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Command lab runs a simulated vCenter (or ESXi host) that knows NVMe hot plug, and steers one that runs.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

const usage = `usage: lab <command> [options]

  start    run a lab in the foreground
  stop     end the lab
  status   what runs, and where (JSON)
  state    hosts, devices, settings and VMs as they really are (JSON)
  stats    SOAP calls by method, and bytes (JSON)
  reset    back to the start configuration, counters zeroed
  insert   put an NVMe device into a host
  pull     pull a device out of a host
  move     let others move a VM to another host
  ask      let a VM ask a question
  task     let others work on a VM or a host, until they are told to end
  guest    how to log in to the guest of a VM (JSON); stop its processor, and let it go on
  fault    let something go wrong
  delay    answer late from now on
  hold     stop what a method does, until it is let go on
  deny     take a privilege away: properties or a method

Commands other than start find the lab by --state-file or the environment variable LAB_STATE_FILE.
'lab <command> -h' lists the options of a command.
`

var commands = map[string]func([]string) error{
	"start": start, "stop": stop, "status": status, "state": state, "stats": stats, "reset": reset,
	"insert": insert, "pull": pull, "move": move, "ask": ask, "task": task, "guest": guest, "fault": fault,
	"delay": delay, "hold": hold, "deny": deny,
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	err := commands[os.Args[1]](os.Args[2:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "lab %s: %s\n", os.Args[1], err)
		os.Exit(1)
	}
}
