// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package config

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

const (
	defaultVersion   = "8.0.1"
	DefaultHardware  = "vmx-20"
	DefaultFreeNVMe  = 6
	LayoutI440BX     = "i440bxHostBridge"
	LayoutACPI       = "acpiHostBridges"
	FirmwareBIOS     = "bios"
	FirmwareEFI      = "efi"
	InUseRefused     = "refuse"
	InUsePending     = "pending"
	PoweredOn        = "poweredOn"
	PoweredOff       = "poweredOff"
	Suspended        = "suspended"
	defaultVCVersion = "8.0.3"
	// esxiDatacenter is what every ESXi host calls the one datacenter that it pretends to have.
	esxiDatacenter = "ha-datacenter"
)

// The ways in which a host was installed and boots (requirement P1).
const (
	BootStateful         = "stateful"
	BootStatefulInstall  = "stateful_install" // installed to disk by Auto Deploy
	BootStatelessCaching = "stateless_caching"
	BootStateless        = "stateless"
	BootUnreadable       = "unreadable"
)

// What becomes of esxcli commands on a host.
const (
	ESXCLIAnswers = "answers"
	ESXCLIRefuses = "refuses"
	ESXCLIHangs   = "hangs" // no answer ever comes
)

// ESXCLIWays are the words for the above.
var ESXCLIWays = []string{ESXCLIAnswers, ESXCLIRefuses, ESXCLIHangs}

// What clients see of a VM. Its host lists it in any case.
const (
	VisibleAll          = "all"
	VisibleNot          = "hidden"        // retrievals leave it out
	VisibleNoConfig     = "no_config"     // it has no config, as one that vCenter cannot reach
	VisibleNoPermission = "no_permission" // its config may not be read
)

// Visibilities are the words for the above.
var Visibilities = []string{VisibleAll, VisibleNot, VisibleNoConfig, VisibleNoPermission}

var connectionStates = []string{"connected", "disconnected", "orphaned", "inaccessible", "invalid"}

// BootKinds are the words for the above.
var BootKinds = []string{BootStateful, BootStatefulInstall, BootStatelessCaching, BootStateless, BootUnreadable}

// WithDefaults fills what the configuration leaves open and checks the rest. Hosts and VMs that are absent (null) are
// those of the demo model; empty lists mean none.
func (c Config) WithDefaults() (Config, error) {
	if c.Mode == "" {
		c.Mode = ModeVCenter
	}
	if c.Mode != ModeVCenter && c.Mode != ModeESXi {
		return c, fmt.Errorf("configuration: mode %q is neither %s nor %s", c.Mode, ModeVCenter, ModeESXi)
	}
	if c.VCenterVersion == "" {
		c.VCenterVersion = defaultVCVersion
	}
	if c.Mode == ModeESXi {
		c.Datacenters = []string{esxiDatacenter}
	} else if len(c.Datacenters) == 0 {
		c.Datacenters = []string{"DC0"}
	}
	for _, name := range c.Datacenters {
		if name == "" || name != strings.Trim(path.Clean(name), "/.") {
			return c, fmt.Errorf("configuration: datacenter %q is neither a name nor folders and a name, like EU/DC0", name)
		}
	}
	c.Settings = c.Settings.withDefaults()
	if err := c.Settings.checkGuests(); err != nil {
		return c, err
	}
	if err := c.Settings.checkDelays(); err != nil {
		return c, err
	}
	if in := c.Settings.PassthroughInUse; in != InUseRefused && in != InUsePending {
		return c, fmt.Errorf("configuration: passthrough_in_use is %s or %s, not %q", InUseRefused, InUsePending, in)
	}
	if c.Hosts == nil {
		c.Hosts = demoHosts(c.Mode)
	}
	if c.VMs == nil && slices.ContainsFunc(c.Hosts, func(h Host) bool { return h.Name == demoHosts(c.Mode)[0].Name }) {
		c.VMs = demoVMs(c.Mode, c.Hosts)
	}
	if c.Mode == ModeESXi && len(c.Hosts) != 1 {
		return c, fmt.Errorf("configuration: mode %s needs exactly one host, not %d", ModeESXi, len(c.Hosts))
	}
	c.Hosts = slices.Clone(c.Hosts)
	for i := range c.Hosts {
		if err := c.Hosts[i].Fill(c); err != nil {
			return c, err
		}
	}
	c.Clusters = slices.Clone(c.Clusters)
	for i := range c.Clusters {
		if err := c.Clusters[i].fill(c); err != nil {
			return c, err
		}
	}
	c.VMs = slices.Clone(c.VMs)
	for i := range c.VMs {
		if err := c.VMs[i].Fill(c); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (s Settings) withDefaults() Settings {
	setDefault(&s.RebootSeconds, 1.0)
	setDefault(&s.TaskSeconds, 0.0)
	setDefault(&s.MaintenanceBlocks, true)
	setDefault(&s.StaleEntryOnPull, true)
	setDefault(&s.HostsListHiddenVMs, true)
	setIfZero(&s.PassthroughInUse, InUseRefused)
	s.guestDefaults()
	return s
}

func setDefault[T any](field **T, value T) {
	if *field == nil {
		*field = &value
	}
}

func setIfZero[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (h *Host) Fill(c Config) error {
	if h.Name == "" {
		return fmt.Errorf("configuration: a host has no name")
	}
	setIfZero(&h.Version, defaultVersion)
	release, err := ReleaseOf(h.Version)
	if err != nil {
		return fmt.Errorf("configuration: host %s: %w", h.Name, err)
	}
	setIfZero(&h.Build, release.Build)
	setIfZero(&h.Datacenter, c.Datacenters[0])
	setIfZero(&h.Boot, BootStateful)
	setIfZero(&h.Firmware, "efi")
	setIfZero(&h.ESXCLI, ESXCLIAnswers)
	setDefault(&h.Connected, true)
	setDefault(&h.Joined, true)
	setDefault(&h.FptHotplug, release.HotPlug)
	setDefault(&h.LocatorLED, true)
	setDefault(&h.FreeNVMe, DefaultFreeNVMe)
	setDefault(&h.OwnNVMe, true)
	if c.Settings.RebindWithoutReboot != nil {
		h.RebindWithoutReboot = *c.Settings.RebindWithoutReboot
	}
	if !slices.Contains(c.Datacenters, h.Datacenter) {
		return fmt.Errorf("configuration: host %s: there is no datacenter %q", h.Name, h.Datacenter)
	}
	if !slices.Contains(BootKinds, h.Boot) {
		return fmt.Errorf("configuration: host %s: unknown boot kind %q, not one of %v", h.Name, h.Boot, BootKinds)
	}
	if !slices.Contains(ESXCLIWays, h.ESXCLI) {
		return fmt.Errorf("configuration: host %s: esxcli is %q, not one of %v", h.Name, h.ESXCLI, ESXCLIWays)
	}
	return h.checkOptions()
}

func (v *VM) Fill(c Config) error {
	if v.Name == "" {
		return fmt.Errorf("configuration: a VM has no name")
	}
	if v.Host == "" && len(c.Hosts) > 0 {
		v.Host = c.Hosts[0].Name
	}
	at := slices.IndexFunc(c.Hosts, func(h Host) bool {
		return h.Name == v.Host && (v.Datacenter == "" || v.Datacenter == h.Datacenter)
	})
	if at < 0 {
		return fmt.Errorf("configuration: VM %s: there is no host %q", v.Name, v.Host)
	}
	setIfZero(&v.Datacenter, c.Hosts[at].Datacenter)
	setIfZero(&v.Power, PoweredOff)
	setIfZero(&v.Firmware, FirmwareBIOS)
	setIfZero(&v.Layout, LayoutI440BX)
	setIfZero(&v.HWVersion, DefaultHardware)
	setIfZero(&v.GuestID, DefaultGuestID)
	setIfZero(&v.MemoryMB, 4096)
	setIfZero(&v.NumCPU, 2)
	setIfZero(&v.Visibility, VisibleAll)
	setIfZero(&v.ConnectionState, connectionStates[0])
	if !slices.Contains(Visibilities, v.Visibility) {
		return fmt.Errorf("configuration: VM %s: unknown visibility %q, not one of %v", v.Name, v.Visibility, Visibilities)
	}
	if !slices.Contains(connectionStates, v.ConnectionState) {
		return fmt.Errorf("configuration: VM %s: unknown connection state %q, not one of %v", v.Name, v.ConnectionState,
			connectionStates)
	}
	if !slices.Contains([]string{PoweredOn, PoweredOff, Suspended}, v.Power) {
		return fmt.Errorf("configuration: VM %s: unknown power state %q", v.Name, v.Power)
	}
	if v.Guest != nil {
		guest, err := v.Guest.filled()
		if err != nil {
			return fmt.Errorf("configuration: VM %s: %w", v.Name, err)
		}
		v.Guest = guest
	}
	return nil
}

// Filled is the question with its defaults, those of a VM whose files were found in another place.
func (q Question) Filled() Question {
	setIfZero(&q.Text, "This virtual machine might have been moved or copied.")
	if len(q.Choices) == 0 {
		q.Choices = []string{"Cancel", "I Moved It", "I Copied It"}
	}
	return q
}

// demoHosts is what `make demo` prepares: a host with the defaults of 8.0 U1 (maxIntrCookies 1024, so that it needs
// the boot parameter and a reboot) and one with those of 8.0 U3 (4096 already, passthrough without a reboot).
func demoHosts(mode string) []Host {
	first := Host{Name: "esxi-01.lab", Version: "8.0.1", Cluster: "cluster-a"}
	if mode == ModeESXi {
		first.Cluster = ""
		return []Host{first}
	}
	return []Host{first, {Name: "esxi-02.lab", Version: "8.0.3", Cluster: "cluster-a", RebindWithoutReboot: true}}
}

// demoVMs gives each of the demo hosts that are there one VM without an operating system, as made by the defaults of
// older clients: BIOS, legacy layout, hot-plug flags off.
func demoVMs(mode string, hosts []Host) []VM {
	var vms []VM
	for i, demo := range demoHosts(mode) {
		if slices.ContainsFunc(hosts, func(h Host) bool { return h.Name == demo.Name }) {
			vms = append(vms, VM{Name: fmt.Sprintf("nvme-vm-%02d", i+1), Host: demo.Name})
		}
	}
	return vms
}

func (s *Settings) checkDelays() error {
	if s.AnswerDelaySeconds < 0 {
		return fmt.Errorf("configuration: answer_delay_seconds is negative")
	}
	for method, late := range s.AnswerDelayByMethod {
		if method == "" || late < 0 {
			return fmt.Errorf("configuration: answer_delay_by_method: %q: %v is not a method and its seconds", method, late)
		}
	}
	return nil
}
