// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

// The ways in which a host was installed and boots (requirement P1).
const (
	bootStateful         = "stateful"
	bootStatefulInstall  = "stateful_install" // installed to disk by Auto Deploy
	bootStatelessCaching = "stateless_caching"
	bootStateless        = "stateless"
	bootUnreadable       = "unreadable"
)

// bootKind is what a host says of the way it boots, in the three places where it does.
type bootKind struct {
	// The answer of esxcli system boot device get: which fields are set.
	filesystem, bootNIC, statelessNIC bool
	// cachedSystem is the advanced option UserVars.ImageCachedSystem; empty: the host does not have it.
	cachedSystem string
	// fromCache is config.deploymentInfo.bootedFromStatelessCache; nil: the host has no deploymentInfo.
	fromCache *bool
}

// bootKinds follow the rule of two public scripts: a host with a network card is booted from the network, and if its
// option is "stateful" it was only installed so. That the option is "stateless" with a cache is a guess.
var bootKinds = map[string]bootKind{
	bootStateful:         {filesystem: true, fromCache: types.NewBool(false)},
	bootStatefulInstall:  {filesystem: true, bootNIC: true, cachedSystem: "stateful", fromCache: types.NewBool(false)},
	bootStatelessCaching: {filesystem: true, statelessNIC: true, cachedSystem: "stateless", fromCache: types.NewBool(true)},
	bootStateless:        {statelessNIC: true, fromCache: types.NewBool(false)},
	bootUnreadable:       {},
}

func checkBootKind(kind string) error {
	if _, ok := bootKinds[kind]; !ok {
		return fmt.Errorf("unknown boot kind %q, not one of %s", kind,
			strings.Join(slices.Sorted(maps.Keys(bootKinds)), ", "))
	}
	return nil
}

// dress sets the properties that say how a host boots.
func (k bootKind) dress(config *types.HostConfigInfo) {
	config.DeploymentInfo = nil
	if k.fromCache != nil {
		config.DeploymentInfo = &types.HostDeploymentInfo{BootedFromStatelessCache: k.fromCache}
	}
	if k.cachedSystem != "" {
		config.Option = append(config.Option, &types.OptionValue{Key: "UserVars.ImageCachedSystem", Value: k.cachedSystem})
	}
}

// bootDeviceGet is esxcli system boot device get.
func bootDeviceGet(_ *Lab, h *hostState, _ map[string]string) ([]cliRow, error) {
	if h.cfg.Boot == bootUnreadable {
		return nil, &cliFault{"Unable to read the boot device"}
	}
	kind, card := bootKinds[h.cfg.Boot], fmt.Sprintf("00:50:56:00:00:%02x", h.index%0x100)
	when := func(set bool, value string) string {
		if set {
			return value
		}
		return ""
	}
	return []cliRow{{when(kind.filesystem, hostUUID("bootbank/"+h.name)), when(kind.bootNIC, card),
		when(kind.statelessNIC, card)}}, nil
}
