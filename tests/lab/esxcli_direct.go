// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"reflect"

	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vim25/xml"
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
	for _, method := range cliMethods() {
		types.Add(wsdlName(method), reflect.TypeFor[directCall]())
	}
}

// cliMethods lists the methods of esxcli.
func cliMethods() []string {
	methods := []string{fetchCLIInfo}
	for _, n := range cliNamespaces {
		for _, c := range n.commands {
			methods = append(methods, n.moType()+"."+c.name)
		}
	}
	return methods
}

func (l *Lab) overrideDirectESXCLI() {
	if l.cfg.Mode != ModeESXi {
		return
	}
	for _, method := range cliMethods() {
		l.override(wsdlName(method), func(c *Call) soap.HasFault { return l.directESXCLI(c, method) })
	}
}

func (l *Lab) directESXCLI(c *Call, method string) soap.HasFault {
	body, err := l.runCommand(l.hostStates()[0], method, directArguments(c.Body.(*directCall)))
	if refusal, ok := err.(*cliFault); ok {
		return c.fault(newFault(&VimEsxCLICLIFault{ErrMsg: []string{refusal.text}}, "EsxCLI.CLIFault.summary"))
	}
	if err != nil {
		return c.fault(newFault(&types.NotFound{}, "%s", err))
	}
	return c.answers(struct {
		Inner string `xml:",innerxml"`
	}{body.elements("returnval")})
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
