// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"github.com/vmware/govmomi/vim25/soap"
)

// fetchCLIInfo is the method by which clients learn the commands of a namespace.
const fetchCLIInfo = "vim.CLIInfo.FetchCLIInfo"

func cliInfo(typeName string) (cliAnswer, error) {
	return cliAnswer{}, &cliFault{"not yet"}
}

func (l *Lab) queryMoInstances(c *Call) soap.HasFault {
	return c.native()
}
