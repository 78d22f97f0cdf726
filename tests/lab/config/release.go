// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package config

import (
	"fmt"
	"slices"
)

// Release is a vSphere release and what depends on it.
type Release struct {
	Version string
	Build   string // of ESXi
	VCBuild string // of vCenter
	API     string
	// HotPlug: the release knows DirectPath I/O hot plug (8.0 U1 and later, requirement Q8).
	HotPlug bool
	// MaxIntrCookies is the default of the boot parameter (4096 from 8.0 U3 on, requirement P2).
	MaxIntrCookies string
	Hardware       string
}

var releases = []Release{
	{"7.0.3", "18644231", "18700403", "7.0.3.0", false, "1024", "vmx-19"},
	{"8.0.0", "20513097", "20519528", "8.0.0.1", false, "1024", "vmx-20"},
	{"8.0.1", "21495797", "21560480", "8.0.1.0", true, "1024", "vmx-20"},
	{"8.0.2", "22380479", "22385739", "8.0.2.0", true, "1024", "vmx-21"},
	{"8.0.3", "24022510", "24022515", "8.0.3.0", true, "4096", "vmx-21"},
	{"9.0.1", "24957456", "24957454", "9.0.1.0", true, "4096", "vmx-22"},
}

// ReleaseOf finds a release by its version.
func ReleaseOf(version string) (Release, error) {
	for _, r := range releases {
		if r.Version == version {
			return r, nil
		}
	}
	var known []string
	for _, r := range releases {
		known = append(known, r.Version)
	}
	return Release{}, fmt.Errorf("version %q is not one the lab knows: %v", version, known)
}

// apiVersions are the versions of the vim25 namespace, newest first, as servers list them in vimServiceVersions.xml.
var apiVersions = []string{
	"9.0.1.0", "9.0.0.0", "8.0.3.0", "8.0.2.0", "8.0.1.0", "8.0.0.2", "8.0.0.1", "8.0.0.0",
	"7.0.3.2", "7.0.3.1", "7.0.3.0", "7.0.2.1", "7.0.2.0", "7.0.1.1", "7.0.1.0", "7.0.0.2", "7.0.0.0", "7.0",
	"6.9.1", "6.8.7", "6.7.3", "6.7.2", "6.7.1", "6.7", "6.5", "6.0", "5.5", "5.1", "5.0", "4.1", "4.0", "2.5u2", "2.5",
	"2.0",
}

// PriorVersions are the versions that a server of the given API version speaks besides its own.
func PriorVersions(api string) []string {
	return apiVersions[slices.Index(apiVersions, api)+1:]
}

// APIVersion is a version of the vim25 namespace. Fields that are newer must not be sent: real servers do not have them.
type APIVersion string

func (v APIVersion) AtLeast(other string) bool {
	// The list goes from the newest to the oldest.
	return slices.Index(apiVersions, string(v)) <= slices.Index(apiVersions, other)
}
