// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"testing"
	"time"
)

func TestManyObjectsAreBuiltQuickly(t *testing.T) {
	start := time.Now()
	l, err := New(Config{ExtraHosts: 1000, ExtraVMs: 10000})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("1,000 hosts and 10,000 VMs took %s, more than 30 s", took)
	}
	if hosts, vms := len(l.service.Context.Map.All("HostSystem")), len(l.service.Context.Map.All("VirtualMachine")); hosts != 1002 || vms != 10002 {
		t.Errorf("built %d hosts and %d VMs", hosts, vms)
	}
}
