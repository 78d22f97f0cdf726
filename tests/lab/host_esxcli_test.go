// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/cli/esx"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/esxcli"
)

func TestMaxIntrCookiesDependsOnTheVersion(t *testing.T) {
	c := dial(t, quick(config.Config{}))
	for host, value := range map[string]string{"esxi-01.lab": "1024", "esxi-02.lab": "4096"} {
		if got := c.kernel(host, "maxIntrCookies"); got != [3]string{value, value, value} {
			t.Errorf("%s: configured, runtime, default are %v", host, got)
		}
	}
	c.esxcli("esxi-01.lab", "system", "settings", "kernel", "set", "-s", "maxIntrCookies", "-v", "4096")
	if got := c.kernel("esxi-01.lab", "maxIntrCookies"); got != [3]string{"4096", "1024", "1024"} {
		t.Errorf("before the reboot: configured, runtime, default are %v", got)
	}
	c.reboot("esxi-01.lab")
	if got := c.kernel("esxi-01.lab", "maxIntrCookies"); got != [3]string{"4096", "4096", "1024"} {
		t.Errorf("after the reboot: configured, runtime, default are %v", got)
	}
}

func TestKernelSettingsHaveTypesAndHexValues(t *testing.T) {
	c := dial(t, config.Config{})
	rows := map[string]esx.Values{}
	for _, row := range c.esxcli("esxi-01.lab", "system", "settings", "kernel", "list") {
		rows[row.Value("Name")] = row
	}
	for name, want := range map[string][3]string{ // type, configured, runtime
		"enablePCIEHotplug": {"Bool", "TRUE", "TRUE"}, "disablePciPassthrough": {"Bool", "FALSE", "FALSE"},
		"iovEnablePostedIntr": {"Bool", "TRUE", "TRUE"}, "intrFirstMsixVector": {"uint8", "0x70", "0x70"},
		"maxIntrCookies": {"uint32", "1024", "1024"}, "vtdRecordMapsForPciVidDid": {"String", "", ""},
	} {
		row := rows[name]
		if got := [3]string{row.Value("Type"), row.Value("Configured"), row.Value("Runtime")}; got != want {
			t.Errorf("%s: type, configured, runtime are %v, want %v", name, got, want)
		}
	}
	// This one differs for ever without a reboot being pending.
	if boot := rows["BOOTUUID"]; boot.Value("Configured") != "" || len(boot.Value("Runtime")) != 32 {
		t.Errorf("BOOTUUID is %v", boot)
	}
	if _, there := rows["iovNonUniformPasidMode"]; there {
		t.Error("8.0.1 has a setting of 8.0.2")
	}
}

func TestESXCLIRefuses(t *testing.T) {
	c := dial(t, config.Config{})
	for _, bad := range []struct{ setting, value, text string }{
		{"maxIntrCookie", "4096", "Unable to find kernel setting maxIntrCookie"},
		{"maxIntrCookies", "5000", "above the maximum of 4096"},
		{"maxIntrCookies", "many", "not a number"},
		{"maxIntrCookies", "-1", "not a number"},
		{"enablePCIEHotplug", "yes", "must be TRUE or FALSE"},
		{"intrFirstMsixVector", "0x100", "above the maximum of 255"},
		{"BOOTUUID", "0", "read-only"},
	} {
		_, err := c.runESXCLI("esxi-01.lab", "system", "settings", "kernel", "set", "-s", bad.setting, "-v", bad.value)
		refused, ok := err.(*esx.Fault)
		if !ok || !strings.Contains(refused.Detail, bad.text) || !strings.Contains(refused.Detail, "VimEsxCLICLIFault") {
			t.Errorf("set %s to %s: %v", bad.setting, bad.value, err)
		}
	}
	if _, err := c.runESXCLI("esxi-01.lab", "system", "settings", "kernel", "list", "-o", "nope"); err == nil {
		t.Error("an unknown setting is listed")
	}
	if _, err := c.runESXCLI("esxi-01.lab", "vsan", "cluster", "get"); err == nil {
		t.Error("a command that the lab does not have answers")
	}
}

func TestMaxIntrCookiesIsNoAdvancedOption(t *testing.T) {
	c := dial(t, config.Config{})
	manager := c.hostProperties("esxi-01.lab", "configManager").ConfigManager.AdvancedOption
	options := object.NewOptionManager(c.vim, *manager)
	_, err := options.Query(c.ctx, "VMkernel.Boot.maxIntrCookies")
	wantFault[types.InvalidName](t, err, "")
	err = options.Update(c.ctx, []types.BaseOptionValue{&types.OptionValue{Key: "VMkernel.Boot.maxIntrCookies", Value: int32(4096)}})
	wantFault[types.InvalidName](t, err, "")
}

func TestHardwareListHasSlotsAndOwners(t *testing.T) {
	c := dial(t, config.Config{})
	c.must(c.togglePassthru("esxi-01.lab", enable(d9)))
	slots := map[string]string{}
	for _, row := range c.esxcli("esxi-01.lab", "hardware", "pci", "list") {
		slots[row.Value("Address")] = row.Value("PhysicalSlot")
		if row.Value("Address") == d9 {
			if row.Value("ConfiguredOwner") != ownerPassthru || row.Value("CurrentOwner") != ownerVMkernel ||
				row.Value("VendorID") != "5197" || row.Value("DeviceClass") != "264" {
				t.Errorf("%v", row)
			}
		}
	}
	if slots[d9] != "8" || slots["0000:00:1f.0"] != "4294967295" {
		t.Errorf("slots are %v", slots)
	}
}

func TestNVMeDevicesAreThoseOfTheDriver(t *testing.T) {
	no := false
	c := dial(t, withDevices(config.Device{Address: d9, CapacityGB: 960}, config.Device{Address: db, Adapter: &no}))
	const host = "esxi-01.lab"
	before := len(c.esxcli(host, "nvme", "device", "list"))
	row := c.esxcli(host, "nvme", "device", "get", "-A", "vmhba8")[0]
	for field, want := range map[string]string{
		"SerialNumber": "S01D9               ", "PCIVID": "0x144d", "TotalNVMCapacity": "0xdf90356000",
		"NumberofNamespaces": "1", "FirmwareRevision": "1.0.3   ",
	} {
		if got := row.Value(field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	namespaces := c.esxcli(host, "nvme", "device", "namespace", "list", "-A", "vmhba8")
	if len(namespaces) != 1 || namespaces[0].Value("DeviceName") != c.disks(host)[d9] || namespaces[0].Value("Status") != "Active" {
		t.Errorf("the namespaces are %v", namespaces)
	}
	c.must(c.togglePassthru(host, enable(d9)))
	for _, adapter := range []string{"vmhba8", "vmhba10", "vmhba99"} { // with passthrough, without a driver, not there
		if _, err := c.runESXCLI(host, "nvme", "device", "get", "-A", adapter); err == nil {
			t.Errorf("%s is known", adapter)
		}
	}
	if after := len(c.esxcli(host, "nvme", "device", "list")); after != before-1 {
		t.Errorf("of %d devices %d are left", before, after)
	}
	enabled := map[string]string{}
	for _, row := range c.esxcli(host, "hardware", "pci", "pcipassthru", "list") {
		enabled[row.Value("DeviceID")] = row.Value("Enabled")
	}
	if enabled[d9] != "true" || enabled[da] != "false" || enabled["0000:00:1f.0"] != "" {
		t.Errorf("passthrough is %v", enabled)
	}
	for _, row := range c.esxcli(host, "hardware", "pci", "list") {
		if row.Value("Address") == d9 && (row.Value("NUMANode") != "1" || row.Value("ResetMethod") != "Function reset" ||
			row.Value("ModuleName") != "pciPassthru" || row.Value("VMkernelName") != "") {
			t.Errorf("%v", row)
		}
	}
}

func TestESXCLINeedsAConnectedHost(t *testing.T) {
	no := false
	c := dial(t, config.Config{Hosts: []config.Host{{Name: "a", Cluster: "c", Connected: &no}}})
	_, err := c.runESXCLI("a", "system", "settings", "kernel", "list")
	wantFault[types.HostNotConnected](t, err, "disconnected")
	wantFault[types.HostNotConnected](t, c.togglePassthru("a", enable(d9)), "disconnected")
}

func TestSearchFindsHostsByName(t *testing.T) {
	c := dial(t, config.Config{Datacenters: []string{"DC0", "DC1"}, Hosts: []config.Host{
		{Name: "same", Datacenter: "DC0"}, {Name: "same", Datacenter: "DC1"}, {Name: "10.0.0.7", Datacenter: "DC1"},
	}})
	dc1, err := c.find.Datacenter(c.ctx, "/DC1")
	c.must(err)
	dc := dc1.Reference()
	search := *c.vim.ServiceContent.SearchIndex
	found, err := methods.FindByDnsName(c.ctx, c.vim, &types.FindByDnsName{This: search, DnsName: "same", Datacenter: &dc})
	c.must(err)
	h, err := c.server.lab.Load().hostOf(*found.Returnval)
	c.must(err)
	if h.cfg.Datacenter != "DC1" {
		t.Errorf("found the host of %s", h.cfg.Datacenter)
	}
	ip, err := methods.FindByIp(c.ctx, c.vim, &types.FindByIp{This: search, Ip: "10.0.0.7"})
	c.must(err)
	none, err := methods.FindByIp(c.ctx, c.vim, &types.FindByIp{This: search, Ip: "10.0.0.8"})
	c.must(err)
	if ip.Returnval == nil || none.Returnval != nil {
		t.Errorf("by address: %v and %v", ip.Returnval, none.Returnval)
	}
}

func TestEveryCommandThatClientsAreToldOfIsAnswered(t *testing.T) {
	for _, method := range esxcli.Methods() {
		namespace, command := esxcli.Find(method)
		if command != nil && esxcliCommands[namespace.Path(command)] == nil {
			t.Errorf("nothing answers %s", method)
		}
	}
}

func TestHostsWhoseESXCLIFails(t *testing.T) {
	c := dial(t, config.Config{Hosts: []config.Host{
		{Name: "good", Cluster: "c"}, {Name: "bad", Cluster: "c", ESXCLI: config.ESXCLIRefuses},
		{Name: "hung", Cluster: "c", ESXCLI: config.ESXCLIHangs},
	}})
	_, err := c.runESXCLI("bad", "system", "settings", "kernel", "list")
	if refused, ok := err.(*esx.Fault); !ok || !strings.Contains(refused.Detail, "VimEsxCLICLIFault") {
		t.Errorf("the refusal is %v", err)
	}
	short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	executor, err := esx.NewExecutor(c.ctx, c.vim, c.host("hung"))
	if err == nil {
		_, err = executor.Run(short, []string{"system", "settings", "kernel", "list"})
	}
	if err == nil || short.Err() == nil {
		t.Errorf("a host that hangs answers %v", err)
	}
	c.control(http.MethodPost, "/deny", `{"type": "HostSystem", "name": "good", "method": "ExecuteSoap:vim.EsxCLI.nvme.device.list",
		"privilege": "Host.Config.Storage"}`, nil)
	_, err = c.runESXCLI("good", "nvme", "device", "list")
	wantFault[types.NoPermission](t, err, "Permission")
	c.esxcli("good", "hardware", "pci", "list")
}

func TestDrivesBehindVMD(t *testing.T) {
	const controller, drive = "0000:e1:00.5", "10000:01:00.0"
	c := dial(t, withDevices(config.Device{Address: controller, VendorDevice: "8086:28c0"},
		config.Device{Address: drive, VendorDevice: "8086:0a54", DependentDevice: controller, ResetMethod: "Link reset"}))
	found := map[string]types.HostPciDevice{}
	for _, d := range c.hostProperties("esxi-01.lab", "hardware.pciDevice").Hardware.PciDevice {
		found[d.Id] = d
	}
	vmd := found[controller]
	if vmd.ClassId != 0x0104 || uint16(vmd.VendorId) != 0x8086 || vmd.DeviceId != 0x28c0 || found[drive].ParentBridge != controller {
		t.Errorf("the controller is %+v, the drive %+v", vmd, found[drive])
	}
	rows := map[string][4]string{}
	for _, row := range c.esxcli("esxi-01.lab", "hardware", "pci", "list") {
		rows[row.Value("Address")] = [4]string{row.Value("Segment"), row.Value("ResetMethod"), row.Value("DependentDevice"),
			row.Value("PassthruCapable")}
	}
	if want := [4]string{"65536", "Link reset", "PCI 0:225:0:5", "true"}; rows[drive] != want {
		t.Errorf("the drive is %v, want %v", rows[drive], want)
	}
	if want := [4]string{"0", "Function reset", "PCI 0:225:0:5", "false"}; rows[controller] != want {
		t.Errorf("the controller is %v, want %v", rows[controller], want)
	}
}
