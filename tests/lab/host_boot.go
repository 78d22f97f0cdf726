// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"

	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/esxcli"
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
	config.BootStateful:         {filesystem: true, fromCache: types.NewBool(false)},
	config.BootStatefulInstall:  {filesystem: true, bootNIC: true, cachedSystem: "stateful", fromCache: types.NewBool(false)},
	config.BootStatelessCaching: {filesystem: true, statelessNIC: true, cachedSystem: "stateless", fromCache: types.NewBool(true)},
	config.BootStateless:        {statelessNIC: true, fromCache: types.NewBool(false)},
	config.BootUnreadable:       {},
}

// dress sets the properties that say how a host boots.
func (k bootKind) dress(info *types.HostConfigInfo) {
	info.DeploymentInfo = nil
	if k.fromCache != nil {
		info.DeploymentInfo = &types.HostDeploymentInfo{BootedFromStatelessCache: k.fromCache}
	}
	if k.cachedSystem != "" {
		info.Option = append(info.Option, &types.OptionValue{Key: "UserVars.ImageCachedSystem", Value: k.cachedSystem})
	}
}

// bootDeviceGet is esxcli system boot device get.
func bootDeviceGet(_ *Lab, h *hostState, _ map[string]string) ([]esxcli.Row, error) {
	if h.cfg.Boot == config.BootUnreadable {
		return nil, &esxcli.Refusal{Text: "Unable to read the boot device"}
	}
	kind, card := bootKinds[h.cfg.Boot], fmt.Sprintf("00:50:56:00:00:%02x", h.index%0x100)
	when := func(set bool, value string) string {
		if set {
			return value
		}
		return ""
	}
	return []esxcli.Row{{when(kind.filesystem, hostUUID("bootbank/"+h.name)), when(kind.bootNIC, card),
		when(kind.statelessNIC, card)}}, nil
}
