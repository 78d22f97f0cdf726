// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"directpath.nvme/lab/config"
)

// kernelSetting is one VMkernel boot parameter, as `esxcli system settings kernel list` shows it. Configured is what
// the next boot will use, runtime what is in force.
type kernelSetting struct {
	name, kind, description        string
	configured, runtime, byDefault string
	readOnly                       bool
	max                            uint64 // of a number; 0: what its type allows
}

// kernelSettings are the settings of the lab: those that PCI hot plug and passthrough have to do with, and some of
// every type. since is the first version that has the setting.
var kernelSettings = []struct {
	name, kind, value, description string
	since                          string
}{
	{"BOOTUUID", "String", "", "Universally unique identifier of the boot volume.", ""},
	{"disablePciPassthrough", "Bool", "FALSE", "Disable PCI passthrough (FPT).", ""},
	{"enableACPIPCIeHotplug", "Bool", "FALSE", "Enable ACPI based PCIe hot plug.", ""},
	{"enablePCIEErrRecov", "uint8", "0x1", "Level of PCIe error recovery.", ""},
	{"enablePCIEHotplug", "Bool", "TRUE", "Enable native PCIe hot plug.", ""},
	{"forceOSCGrantPCIEHotplug", "Bool", "FALSE", "Take control of PCIe hot plug even if the firmware does not grant it.", ""},
	{"intrBalancingEnabled", "Bool", "TRUE", "Enable balancing of interrupts.", ""},
	{"intrFirstMsixVector", "uint8", "0x70", "First vector that is used for MSI-X.", ""},
	{"intrVectRetireTimeMS", "uint32", "4000", "Time in milliseconds before an interrupt vector is used again.", ""},
	{"iovDisableIR", "Bool", "FALSE", "Disable interrupt remapping in the IOMMU.", ""},
	{"iovEnablePostedIntr", "Bool", "TRUE", "Enable posted interrupts in the IOMMU.", ""},
	{"iovNonUniformPasidMode", "Bool", "TRUE", "Allow PASID with IOMMUs that differ.", "8.0.2"},
	{"iovPasidMode", "Bool", "TRUE", "Enable PASID in the IOMMU.", ""},
	{"maxIntrCookies", "uint32", "", "Maximum number of interrupt cookies.", ""}, // the value depends on the release
	{"overridePCIeHPCapableCheck", "Bool", "FALSE", "Use PCIe hot plug on ports that do not announce it.", ""},
	{"pciBarAllocPolicy", "uint32", "2", "Policy of allocating PCI BARs.", ""},
	{"pcipDisablePciErrReporting", "Bool", "TRUE", "Disable PCI error reporting for passthrough devices.", ""},
	{"vtdRecordMapsForPciVidDid", "String", "", "Record IOMMU mappings of the device with these ids.", ""},
}

// maxIntrCookiesLimit is the highest value of maxIntrCookies (KB 312151).
const maxIntrCookiesLimit = 4096

// newKernel makes the settings of a host, by name.
func newKernel(h *hostState) ([]*kernelSetting, error) {
	var list []*kernelSetting
	for _, s := range kernelSettings {
		if s.since > h.release.Version {
			continue
		}
		setting := &kernelSetting{name: s.name, kind: s.kind, description: s.description,
			configured: s.value, runtime: s.value, byDefault: s.value}
		switch s.name {
		case "BOOTUUID":
			setting.readOnly = true
			setting.runtime = strings.ReplaceAll(hostUUID("boot/"+h.name), "-", "") // Configured stays empty for ever
		case "maxIntrCookies":
			value := h.release.MaxIntrCookies
			setting.max = maxIntrCookiesLimit
			setting.configured, setting.runtime, setting.byDefault = value, value, value
		}
		list = append(list, setting)
	}
	slices.SortFunc(list, func(a, b *kernelSetting) int { return cmp.Compare(a.name, b.name) })
	return list, overrideKernel(list, h.cfg.Kernel)
}

func overrideKernel(list []*kernelSetting, values map[string]config.Kernel) error {
	for name, value := range values {
		setting := findSetting(list, name)
		if setting == nil {
			return fmt.Errorf("there is no kernel setting %q", name)
		}
		if value.Configured != nil {
			setting.configured = *value.Configured
		}
		if value.Runtime != nil {
			setting.runtime = *value.Runtime
		}
	}
	return nil
}

func findSetting(list []*kernelSetting, name string) *kernelSetting {
	for _, s := range list {
		if s.name == name {
			return s
		}
	}
	return nil
}

// set changes the configured value. The error is what esxcli would print.
func (s *kernelSetting) set(value string) error {
	if s.readOnly {
		return fmt.Errorf("Unable to set kernel setting %s: it is read-only", s.name)
	}
	switch {
	case s.kind == "String":
	case s.kind == "Bool":
		value = strings.ToUpper(value)
		if value != "TRUE" && value != "FALSE" {
			return fmt.Errorf("Unable to set kernel setting %s: the value must be TRUE or FALSE", s.name)
		}
	default:
		limit := cmp.Or(s.max, s.typeLimit())
		n, err := strconv.ParseUint(value, 0, 64)
		if err != nil {
			return fmt.Errorf("Unable to set kernel setting %s: %q is not a number", s.name, value)
		}
		if n > limit {
			return fmt.Errorf("Unable to set kernel setting %s: %d is above the maximum of %d", s.name, n, limit)
		}
	}
	s.configured = value
	return nil
}

func (s *kernelSetting) typeLimit() uint64 {
	switch s.kind {
	case "uint8":
		return math.MaxUint8
	case "uint16":
		return math.MaxUint16
	default:
		return math.MaxUint32
	}
}

// boot puts what is configured in force.
func (s *kernelSetting) boot() {
	if !s.readOnly {
		s.runtime = s.configured
	}
}
