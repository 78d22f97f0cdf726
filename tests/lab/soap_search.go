// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"strings"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// overrideSearch lets the search index find hosts by name or address; to the simulator every host is localhost.
func (l *Lab) overrideSearch() {
	l.override("FindByDnsName", func(c *Call) soap.HasFault {
		req := c.Body.(*types.FindByDnsName)
		if req.VmSearch {
			return c.native()
		}
		return &methods.FindByDnsNameBody{Res: &types.FindByDnsNameResponse{Returnval: l.searchHost(c, req.DnsName, req.Datacenter)}}
	})
	l.override("FindByIp", func(c *Call) soap.HasFault {
		req := c.Body.(*types.FindByIp)
		if req.VmSearch {
			return c.native()
		}
		return &methods.FindByIpBody{Res: &types.FindByIpResponse{Returnval: l.searchHost(c, req.Ip, req.Datacenter)}}
	})
}

// searchHost finds a host by the name that it was added with, in a datacenter if one is given.
func (l *Lab) searchHost(c *Call, name string, datacenter *types.ManagedObjectReference) *types.ManagedObjectReference {
	for _, h := range l.hostStates() {
		inside := datacenter == nil || l.places[h.cfg.Datacenter].dc.Self == *datacenter
		if strings.EqualFold(h.name, name) && inside {
			return &h.ref
		}
	}
	return nil
}
