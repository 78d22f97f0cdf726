// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package config

import (
	"fmt"
	"strconv"
	"strings"
)

// oldestHardware is the oldest hardware version that hosts of the lab know; real ones know older ones too.
const oldestHardware = 10

// DefaultGuestID is what VMs say that they run.
const DefaultGuestID = "other5xLinux64Guest"

// GuestIDs are the guests that hosts of the lab know, and whether such a guest is said to take PCI devices while it runs.
// Real hosts know some two hundred; which of them are said to is a guess.
var GuestIDs = []struct {
	ID, Family, Name string
	HotPlugPCI       bool
}{
	{"debian12_64Guest", "linuxGuest", "Debian GNU/Linux 12 (64-bit)", true},
	{"rhel8_64Guest", "linuxGuest", "Red Hat Enterprise Linux 8 (64-bit)", true},
	{"rhel9_64Guest", "linuxGuest", "Red Hat Enterprise Linux 9 (64-bit)", true},
	{"sles15_64Guest", "linuxGuest", "SUSE Linux Enterprise 15 (64-bit)", true},
	{"ubuntu64Guest", "linuxGuest", "Ubuntu Linux (64-bit)", true},
	{DefaultGuestID, "linuxGuest", "Other 5.x or later Linux (64-bit)", true},
	{"other6xLinux64Guest", "linuxGuest", "Other 6.x or later Linux (64-bit)", true},
	{"windows2019srv_64Guest", "windowsGuest", "Microsoft Windows Server 2019 (64-bit)", true},
	{"windows2019srvNext_64Guest", "windowsGuest", "Microsoft Windows Server 2022 (64-bit)", true},
	{"dosGuest", "otherGuestFamily", "Microsoft MS-DOS", false},
	{"otherGuest", "otherGuestFamily", "Other (32-bit)", false},
	{"otherGuest64", "otherGuestFamily", "Other (64-bit)", false},
}

// PassthroughMax is how many passthrough devices a VM of a hardware version can have on a host of this release; 0 if the
// release does not know the version.
func (r Release) PassthroughMax(hardware string) int32 {
	number, newest := hardwareNumber(hardware), hardwareNumber(r.Hardware)
	switch {
	case number < oldestHardware || number > newest:
		return 0
	case number < 20:
		return 16
	case number >= 21 || newest >= 22: // 8.0 U2, and on 9.0 the older ones too
		return 128
	case r.HotPlug:
		return 64
	}
	return 32
}

// hardwareNumber is 20 for vmx-20, and 0 for what is no hardware version.
func hardwareNumber(version string) int {
	digits, ok := strings.CutPrefix(version, "vmx-")
	number, err := strconv.Atoi(digits)
	if !ok || err != nil {
		return 0
	}
	return number
}

// checkOptions refuses what a host cannot say of VMs.
func (h *Host) checkOptions() error {
	for version, devices := range h.PassthroughMax {
		if hardwareNumber(version) == 0 || devices < 0 {
			return fmt.Errorf("configuration: host %s: passthrough_max: %q: %d is not a hardware version and a number", h.Name,
				version, devices)
		}
	}
	return nil
}
