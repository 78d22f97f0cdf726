// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package qemu

import (
	"slices"
	"strings"
	"testing"
)

func commandLine(cfg Config, drives ...Drive) string {
	return strings.Join(arguments(cfg, drives), "\n")
}

func TestOneKindOfHotPlug(t *testing.T) {
	const noACPI = "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"
	for kind, want := range map[HotPlug]bool{Native: true, ACPI: false} {
		if got := strings.Contains(commandLine(Config{HotPlug: kind}), noACPI); got != want {
			t.Errorf("%s: %s is %v", kind, noACPI, got)
		}
	}
}

// The slot number is what a guest shows as Physical Slot, and every port needs a chassis and an address of its own.
func TestPorts(t *testing.T) {
	line := commandLine(Config{FirstSlot: 64, Slots: 2})
	for _, want := range []string{
		"pcie-root-port,id=port64,bus=pcie.0,chassis=1,slot=64,port=16,addr=0x10",
		"pcie-root-port,id=port65,bus=pcie.0,chassis=2,slot=65,port=17,addr=0x11",
	} {
		if !strings.Contains(line, want) {
			t.Errorf("no %s in %s", want, line)
		}
	}
	if strings.Count(line, "pcie-root-port") != 2 {
		t.Errorf("other ports too: %s", line)
	}
}

// A serial number is the user's; it must not become another option.
func TestDriveAtBoot(t *testing.T) {
	args := arguments(Config{FirstSlot: 64, Slots: 1}, []Drive{{Slot: 64, Serial: `A,"b`, File: "/drives/x,y"}})
	at := slices.Index(args, "-blockdev")
	if at < 0 || !strings.Contains(args[at+1], `"filename":"/drives/x,y"`) {
		t.Fatalf("no file: %s", args)
	}
	if device := args[at+3]; !strings.Contains(device, `"serial":"A,\"b"`) || !strings.Contains(device, `"addr":"0x0"`) {
		t.Errorf("device %s", device)
	}
}

func TestPathsInLists(t *testing.T) {
	line := commandLine(Config{Folder: "/a,b", Initrd: "/c,d"})
	if !strings.Contains(line, "logfile=/a,,b/console.log") || !strings.Contains(line, "/c,,d\n") {
		t.Error(line)
	}
}

func TestForwardedPort(t *testing.T) {
	table := "Hub -1 (net):\r\n  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n" +
		"  TCP[HOST_FORWARD]  11       127.0.0.1 40013       10.0.2.15    22     0     0\r\n"
	if found := forwarded.FindStringSubmatch(table); found == nil || found[1] != "40013" {
		t.Errorf("found %q", found)
	}
}
