// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"encoding/xml"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"directpath.nvme/lab/config"
)

func TestManyObjectsAreBuiltQuickly(t *testing.T) {
	start := time.Now()
	l, err := New(config.Config{ExtraHosts: 1000, ExtraVMs: 10000})
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

// Clients negotiate the API version by this list; one that they cannot read makes them fall back to an old one.
func TestVersionsAreListed(t *testing.T) {
	l, err := New(config.Config{VCenterVersion: "8.0.3"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	recorder := httptest.NewRecorder()
	l.serveVersions(recorder, nil)
	var listed struct {
		Current string   `xml:"namespace>version"`
		Prior   []string `xml:"namespace>priorVersions>version"`
	}
	if err := xml.Unmarshal(recorder.Body.Bytes(), &listed); err != nil {
		t.Fatal(err)
	}
	if listed.Current != "8.0.3.0" || !slices.Contains(listed.Prior, "8.0.1.0") || slices.Contains(listed.Prior, "9.0.0.0") {
		t.Errorf("listed %+v", listed)
	}
}
