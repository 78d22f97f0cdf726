// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"reflect"

	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vim25/xml"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/esxcli"
	"directpath.nvme/lab/fault"
)

// On an ESXi host itself the official client does without the ManagedMethodExecuter: it calls the methods of the CLI
// handlers as SOAP methods, by their names on the wire (VimEsxCLIsystemsettingskernellist).

// directCall is the request of any such method: its arguments are elements named after them.
type directCall struct {
	This      types.ManagedObjectReference `xml:"_this"`
	Arguments []directArgument             `xml:",any"`
}

type directArgument struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
}

func init() {
	// The simulator looks up the type of a request by the method's name.
	for _, method := range esxcli.Methods() {
		types.Add(esxcli.WSDLName(method), reflect.TypeFor[directCall]())
	}
}

func (l *Lab) overrideDirectESXCLI() {
	if l.cfg.Mode != config.ModeESXi {
		return
	}
	for _, method := range esxcli.Methods() {
		l.override(esxcli.WSDLName(method), func(c *Call) soap.HasFault { return l.directESXCLI(c, method) })
	}
}

func (l *Lab) directESXCLI(c *Call, method string) soap.HasFault {
	body, err := l.runCommand(c, l.hostStates()[0], method, directArguments(c.Body.(*directCall)))
	if refusal, ok := err.(*esxcli.Refusal); ok {
		return c.fault(fault.New(&VimEsxCLICLIFault{ErrMsg: []string{refusal.Text}}, "EsxCLI.CLIFault.summary"))
	}
	if err != nil {
		return c.fault(fault.New(&types.NotFound{}, "%s", err))
	}
	return c.answers(struct {
		Inner string `xml:",innerxml"`
	}{body.Elements("returnval")})
}

func directArguments(call *directCall) map[string]string {
	args := map[string]string{}
	for _, a := range call.Arguments {
		args[argumentName(a.XMLName.Local)] = a.Text
	}
	return args
}

// VimEsxCLICLIFault is vim.EsxCLI.CLIFault; the simulator names faults after their Go type.
type VimEsxCLICLIFault struct {
	types.MethodFault

	ErrMsg []string `xml:"errMsg"`
}
