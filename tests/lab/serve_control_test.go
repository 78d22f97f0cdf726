// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/vmware/govmomi/vim25/methods"

	"directpath.nvme/lab/config"
)

// control sends a request over the control channel, and decodes the answer into answer if that is not nil.
func (c *vmClient) control(method, path, body string, answer any) int {
	c.t.Helper()
	state := c.server.State(0, "")
	r, err := http.NewRequestWithContext(c.ctx, method, state.ControlURL+path, strings.NewReader(body))
	c.must(err)
	r.Header.Set("Authorization", "Bearer "+state.ControlToken)
	res, err := http.DefaultClient.Do(r)
	c.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	c.must(err)
	if answer != nil {
		if err := json.Unmarshal(text, answer); err != nil {
			c.t.Fatalf("%s %s: %s: %s", method, path, err, text)
		}
	}
	return res.StatusCode
}

func TestControlNeedsTheToken(t *testing.T) {
	c := dial(t, config.Config{})
	for _, token := range []string{"", "Bearer ", "Bearer wrong"} {
		r, err := http.NewRequestWithContext(c.ctx, "POST", c.server.State(0, "").ControlURL+"/stop", nil)
		c.must(err)
		r.Header.Set("Authorization", token)
		res, err := http.DefaultClient.Do(r)
		c.must(err)
		res.Body.Close()
		if res.StatusCode != http.StatusUnauthorized {
			t.Errorf("with %q the answer is %s", token, res.Status)
		}
	}
}

func TestStatsCountCalls(t *testing.T) {
	c := dial(t, config.Config{})
	c.control("POST", "/stats/reset", "", nil)
	c.must(c.togglePassthru("esxi-01.lab", enable(d9)))
	c.esxcli("esxi-01.lab", "system", "settings", "kernel", "set", "-s", "maxIntrCookies", "-v", "4096")
	c.kernel("esxi-01.lab", "maxIntrCookies")
	var s Stats
	c.control("GET", "/stats", "", &s)
	for name, want := range map[string]int{
		"UpdatePassthruConfig": 1, "ExecuteSoap:vim.EsxCLI.system.settings.kernel.set": 1,
		"ExecuteSoap:vim.EsxCLI.system.settings.kernel.list": 1, "ExecuteSoap:vim.CLIInfo.FetchCLIInfo": 2, "ExecuteSoap": 4,
	} {
		if s.Calls[name] != want {
			t.Errorf("%s is counted %d times, want %d", name, s.Calls[name], want)
		}
	}
	if s.Mutating.Total != 2 || s.Mutating.Calls["UpdatePassthruConfig"] != 1 {
		t.Errorf("mutating: %+v", s.Mutating)
	}
	if s.Bytes.Received == 0 || s.Bytes.Sent < 1000 {
		t.Errorf("bytes: %+v", s.Bytes)
	}
}

func TestWhatMutates(t *testing.T) {
	for method, want := range map[string]bool{
		"Login": false, "Logout": false, "RetrievePropertiesEx": false, "WaitForUpdatesEx": false, "CreateFilter": false,
		"CreateContainerView": false, "DestroyView": false, "DestroyPropertyFilter": false, "QueryConfigTarget": false,
		"FindByUuid": false, "Refresh": false, "ExecuteSoap": false, "Fetch": false, "CurrentTime": false,
		"ExecuteSoap:vim.EsxCLI.system.settings.kernel.List": false, "ExecuteSoap:vim.CLIInfo.FetchCLIInfo": false,
		"ExecuteSoap:vim.EsxCLI.system.settings.kernel.set": true, "ReconfigVM_Task": true, "UpdatePassthruConfig": true,
		"PowerOnVM_Task": true, "ShutdownGuest": true, "EnterMaintenanceMode_Task": true, "RebootHost_Task": true,
		"AddCustomFieldDef": true, "SetField": true, "Destroy_Task": true, "CancelTask": true, "CreateVM_Task": true,
		"VimEsxCLIsystemsettingskernellist": false, "VimEsxCLIsystemsettingskernelset": true, "VimCLIInfoFetchCLIInfo": false,
		"UpdateOptions": true, "AddHost_Task": true,
	} {
		if mutates(method) != want {
			t.Errorf("mutates(%s) is %v", method, !want)
		}
	}
}

func TestInsertAndPull(t *testing.T) {
	c := dial(t, config.Config{})
	var in Inserted
	if code := c.control("POST", "/insert", `{"host": "esxi-01.lab", "serial": "NEW1"}`, &in); code != http.StatusOK {
		t.Fatalf("insert: %d", code)
	}
	if in.Address != "0000:de:00.0" || in.Serial != "NEW1" || in.Slot == 0 {
		t.Errorf("inserted: %+v", in)
	}
	if serial := c.serials("esxi-01.lab")[in.Address]; serial != "NEW1" {
		t.Errorf("the host sees the serial number %q", serial)
	}
	if _, known := c.passthru("esxi-01.lab")[in.Address]; !known {
		t.Error("the device is not in pciPassthruInfo")
	}
	for body, text := range map[string]string{
		`{"host": "esxi-01.lab", "address": "0000:de:00.0"}`:                               "already",
		`{"host": "esxi-01.lab", "address": "de:00.0"}`:                                    "not a PCI address",
		`{"host": "esxi-09.lab"}`:                                                          "no host",
		`{"host": "esxi-01.lab", "vendor_device": "8086:1572"}`:                            "not an NVMe",
		`{"host": "esxi-01.lab", "adress": "0000:e0:00.0"}`:                                "unknown field",
		`{"host": "esxi-01.lab", "vendor_device": "1234:5678", "address": "0000:e0:00.0"}`: "not an NVMe",
	} {
		var refusal struct{ Error string }
		if code := c.control("POST", "/insert", body, &refusal); code == http.StatusOK || !strings.Contains(refusal.Error, text) {
			t.Errorf("insert %s: %d %q", body, code, refusal.Error)
		}
	}
	if code := c.control("POST", "/pull", `{"host": "esxi-01.lab", "address": "0000:de:00.0"}`, nil); code != http.StatusOK {
		t.Fatalf("pull: %d", code)
	}
	h := c.hostProperties("esxi-01.lab", "hardware.pciDevice", "config.pciPassthruInfo")
	if nvme(h.Hardware.PciDevice, in.Address).Id != "" || len(h.Config.PciPassthruInfo) != len(h.Hardware.PciDevice) {
		t.Error("the host still shows the device that was pulled")
	}
	for body, text := range map[string]string{
		`{"host": "esxi-01.lab", "address": "0000:de:00.0"}`: "no device",
		`{"host": "esxi-01.lab", "address": "0000:17:00.0"}`: "boot disk",
		`{"host": "esxi-01.lab", "address": "0000:3b:00.0"}`: "not in a hot-plug slot",
	} {
		var refusal struct{ Error string }
		if code := c.control("POST", "/pull", body, &refusal); code == http.StatusOK || !strings.Contains(refusal.Error, text) {
			t.Errorf("pull %s: %d %q", body, code, refusal.Error)
		}
	}
}

func TestStateIsTheTruth(t *testing.T) {
	c := dial(t, config.Config{})
	c.must(c.togglePassthru("esxi-01.lab", enable(d9)))
	c.esxcli("esxi-01.lab", "system", "settings", "kernel", "set", "-s", "maxIntrCookies", "-v", "4096")
	var s State
	c.control("GET", "/state", "", &s)
	if len(s.Hosts) != 2 || len(s.VMs) != 2 || s.Hosts[0].Name != "esxi-01.lab" || s.VMs[0].Name != "nvme-vm-01" {
		t.Fatalf("%+v", s)
	}
	at := slices.IndexFunc(s.Hosts[0].Devices, func(d DeviceView) bool { return d.Address == d9 })
	if d := s.Hosts[0].Devices[at]; !d.Enabled || d.Active || d.Serial != "S01D9" || d.VendorDevice != "144d:a80a" {
		t.Errorf("%+v", d)
	}
	if v := s.Hosts[0].Settings["maxIntrCookies"]; v != (SettingView{"4096", "1024", "1024"}) {
		t.Errorf("%+v", v)
	}
	if b := s.VMs[0].Config; b.Firmware != config.FirmwareBIOS || b.Layout != config.LayoutI440BX || b.FptHotplug || b.MemoryMB != 4096 {
		t.Errorf("%+v", b)
	}
}

func TestResetGoesBackToTheStart(t *testing.T) {
	c := dial(t, config.Config{})
	c.must(c.togglePassthru("esxi-02.lab", enable(d9)))
	c.inject(InjectedFault{Method: "CurrentTime", Type: "NotSupported"})
	c.control("POST", "/reset", "", nil)
	var s Stats
	c.control("GET", "/stats", "", &s)
	if s.Total != 0 {
		t.Errorf("after the reset the counters are %v", s.Calls)
	}
	again := connect(t, c.server)
	if state := again.passthru("esxi-02.lab")[d9]; state != "" {
		t.Errorf("after the reset passthrough is %q", state)
	}
	_, err := methods.GetCurrentTime(again.ctx, again.vim)
	c.must(err)
}

func TestStopIsAsked(t *testing.T) {
	c := dial(t, config.Config{})
	for range 2 { // twice is fine
		c.control("POST", "/stop", "", nil)
	}
	select {
	case <-c.server.Stopped():
	default:
		t.Error("nobody learns that the lab should stop")
	}
}
