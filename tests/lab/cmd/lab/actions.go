// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"flag"
	"net/http"

	"directpath.nvme/lab"
)

func insert(args []string) error {
	flags := flag.NewFlagSet("insert", flag.ContinueOnError)
	stateFile := stateFileFlag(flags)
	var device lab.Insertion
	flags.StringVar(&device.Host, "host", "", "`name` of the host")
	flags.IntVar(&device.Slot, "slot", 0, "number of the slot (default: the first empty one); the address follows from it")
	flags.StringVar(&device.Address, "address", "", "PCI address, e.g. 0000:e0:00.0, instead of a slot")
	flags.StringVar(&device.Serial, "serial", "", "serial number (default: made from host and address); that of a drive "+
		"which was pulled out: the same drive comes back")
	flags.StringVar(&device.VendorDevice, "vendor-device", "", "vendor and device id (default: 144d:a80a)")
	flags.Int64Var(&device.CapacityGB, "capacity-gb", 0, "size in `GB` (default: 1920)")
	flags.Func("use", "what is on it: free, partitions, vmfs_copy, vmfs, vsan, unknown (default: free)", func(use string) error {
		device.Use = &use
		return nil
	})
	flags.BoolVar(&device.NoAdapter, "no-adapter", false, "no driver takes it: it gets no storage adapter")
	if err := parse(flags, args); err != nil {
		return err
	}
	return show(*stateFile, http.MethodPost, "/insert", device)
}

func pull(args []string) error {
	flags := flag.NewFlagSet("pull", flag.ContinueOnError)
	stateFile := stateFileFlag(flags)
	var device lab.Removal
	flags.StringVar(&device.Host, "host", "", "`name` of the host")
	flags.StringVar(&device.Address, "address", "", "PCI address of the device")
	flags.IntVar(&device.Slot, "slot", 0, "number of its slot, instead")
	keep := flags.Bool("keep-vm-entry", false, "the VM that uses the device keeps its entry; =false removes it "+
		"(default: the setting stale_entry_on_pull)")
	if err := parse(flags, args); err != nil {
		return err
	}
	flags.Visit(func(f *flag.Flag) {
		if f.Name == "keep-vm-entry" {
			device.KeepVMEntry = keep
		}
	})
	return show(*stateFile, http.MethodPost, "/pull", device)
}

func move(args []string) error {
	flags := flag.NewFlagSet("move", flag.ContinueOnError)
	stateFile := stateFileFlag(flags)
	var request lab.Move
	flags.StringVar(&request.VM, "vm", "", "`name` of the VM")
	flags.StringVar(&request.Host, "host", "", "`name` of the host that it goes to")
	if err := parse(flags, args); err != nil {
		return err
	}
	return show(*stateFile, http.MethodPost, "/move", request)
}

func ask(args []string) error {
	flags := flag.NewFlagSet("ask", flag.ContinueOnError)
	stateFile := stateFileFlag(flags)
	var request lab.Ask
	flags.StringVar(&request.VM, "vm", "", "`name` of the VM")
	flags.StringVar(&request.Text, "text", "", "the question (default: whether it was moved or copied)")
	flags.Func("choice", "`label` of an answer; can be given several times", func(label string) error {
		request.Choices = append(request.Choices, label)
		return nil
	})
	if err := parse(flags, args); err != nil {
		return err
	}
	return show(*stateFile, http.MethodPost, "/ask", request)
}

func task(args []string) error {
	flags := flag.NewFlagSet("task", flag.ContinueOnError)
	stateFile := stateFileFlag(flags)
	var work lab.Work
	flags.StringVar(&work.VM, "vm", "", "`name` of the VM that it works on")
	flags.StringVar(&work.Host, "host", "", "`name` of the host, instead")
	flags.StringVar(&work.Method, "method", "", "method as on the wire (default: CreateSnapshot_Task of a VM, "+
		"ReconfigureHostForDAS_Task of a host)")
	clear := flags.Bool("clear", false, "let all of these tasks end")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *clear {
		return show(*stateFile, http.MethodPost, "/task/clear", nil)
	}
	return show(*stateFile, http.MethodPost, "/task", work)
}

func guest(args []string) error {
	flags := flag.NewFlagSet("guest", flag.ContinueOnError)
	stateFile := stateFileFlag(flags)
	var wanted lab.GuestRequest
	flags.StringVar(&wanted.VM, "vm", "", "`name` of the VM")
	wait := flags.Duration("wait", 0, "wait until it is ready, this long at most")
	flags.BoolVar(&wanted.Freeze, "freeze", false, "stop its processor: it hangs")
	flags.BoolVar(&wanted.Thaw, "thaw", false, "let it go on")
	flags.StringVar(&wanted.Drive, "drive", "", "`serial` number of a drive that it has, which --critical-warning is about")
	flags.IntVar(&wanted.CriticalWarning, "critical-warning", 0, "`bits` of the critical warning in the health log of --drive")
	if err := parse(flags, args); err != nil {
		return err
	}
	wanted.WaitSeconds = wait.Seconds()
	return show(*stateFile, http.MethodPost, "/guest", wanted)
}

func fault(args []string) error {
	flags := flag.NewFlagSet("fault", flag.ContinueOnError)
	stateFile := stateFileFlag(flags)
	var f lab.InjectedFault
	flags.StringVar(&f.Method, "method", "", "method as on the wire, e.g. ReconfigVM_Task, or ExecuteSoap:<esxcli command>")
	flags.IntVar(&f.Count, "count", 1, "how many calls are affected")
	flags.IntVar(&f.Skip, "skip", 0, "how many calls that match are left alone first")
	flags.StringVar(&f.WhenRequestContains, "when-request-contains", "", "only requests whose XML contains this `text`")
	flags.StringVar(&f.Type, "type", "", "fault type, e.g. GenericVmConfigFault")
	flags.StringVar(&f.Message, "message", "", "text of the fault")
	flags.BoolVar(&f.Immediate, "immediate", false, "the call fails, not the task that it starts")
	flags.BoolVar(&f.Residue, "residue", false, "a failed hot-add leaves pciPassthruN.present=FALSE behind")
	flags.StringVar(&f.DropConnection, "drop-connection", "", "close the connection: before or after the work was done")
	delay := flags.Duration("delay", 0, "answer this much later")
	flags.BoolVar(&f.ExpireSession, "expire-session", false, "end the caller's session (without --method: all, now)")
	clear := flags.Bool("clear", false, "forget the faults that have not happened yet")
	if err := parse(flags, args); err != nil {
		return err
	}
	f.DelaySeconds = delay.Seconds()
	switch {
	case *clear:
		return show(*stateFile, http.MethodPost, "/fault/clear", nil)
	case f.ExpireSession && f.Method == "":
		return show(*stateFile, http.MethodPost, "/sessions/expire", nil)
	}
	return show(*stateFile, http.MethodPost, "/fault", f)
}

func delay(args []string) error {
	flags := flag.NewFlagSet("delay", flag.ContinueOnError)
	stateFile := stateFileFlag(flags)
	var d lab.Delay
	flags.StringVar(&d.Method, "method", "", "method as on the wire, or ExecuteSoap:<esxcli command> (default: all that have "+
		"no delay of their own)")
	by := flags.Duration("by", 0, "answer this much later; 0 ends the delay")
	clear := flags.Bool("clear", false, "end all delays")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *clear {
		return show(*stateFile, http.MethodPost, "/delay/clear", nil)
	}
	d.Seconds = by.Seconds()
	return show(*stateFile, http.MethodPost, "/delay", d)
}

func hold(args []string) error {
	flags := flag.NewFlagSet("hold", flag.ContinueOnError)
	stateFile := stateFileFlag(flags)
	var h lab.Hold
	flags.StringVar(&h.Method, "method", "", "method as on the wire, ExecuteSoap:<esxcli command>, or boot: hosts that went "+
		"down stay down")
	clear := flags.Bool("clear", false, "let all go on")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *clear {
		return show(*stateFile, http.MethodPost, "/hold/clear", nil)
	}
	return show(*stateFile, http.MethodPost, "/hold", h)
}

func deny(args []string) error {
	flags := flag.NewFlagSet("deny", flag.ContinueOnError)
	stateFile := stateFileFlag(flags)
	var d lab.Denial
	flags.StringVar(&d.Type, "type", "", "only objects of this `type`, e.g. HostSystem")
	flags.StringVar(&d.Name, "name", "", "only objects of this `name`")
	flags.StringVar(&d.Path, "path", "", "property that cannot be read, with all below it, e.g. config.hardware")
	flags.StringVar(&d.Method, "method", "", "method as on the wire, or ExecuteSoap:<esxcli command>")
	flags.StringVar(&d.Privilege, "privilege", "", "what is said to be missing (default: System.Read)")
	clear := flags.Bool("clear", false, "give all privileges back")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *clear {
		return show(*stateFile, http.MethodPost, "/deny/clear", nil)
	}
	return show(*stateFile, http.MethodPost, "/deny", d)
}
