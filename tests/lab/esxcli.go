// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vim25/xml"
)

// esxcli over the API: a client asks a host for its ManagedMethodExecuter and lets that execute methods of CLI
// handlers (vim.EsxCLI.<namespace>.<command>). The simulator's own executer cannot be extended, and making one
// registers an object that crashes later searches, so the whole subject is answered here.

// cliFault is a refusal of esxcli; its text is what esxcli prints.
type cliFault struct{ text string }

func (f *cliFault) Error() string { return f.text }

func (l *Lab) overrideESXCLI() {
	l.override("RetrieveManagedMethodExecuter", func(c *Call) soap.HasFault {
		return l.answerReference(c, "ReflectManagedMethodExecuter")
	})
	l.override("RetrieveDynamicTypeManager", func(c *Call) soap.HasFault {
		return l.answerReference(c, "InternalDynamicTypeManager")
	})
	l.override("ExecuteSoap", l.executeSoap)
	l.override("DynamicTypeMgrQueryMoInstances", l.queryMoInstances)
	l.override("DynamicTypeMgrQueryTypeInfo", l.queryTypeInfo)
	l.overrideDirectESXCLI()
}

// answerReference answers with the reference of an object that belongs to the host; its id is that of the host.
func (l *Lab) answerReference(c *Call, kind string) soap.HasFault {
	if err := l.reachable(c.Ctx, c.This); err != nil {
		return c.fault(err)
	}
	return c.returns(types.ManagedObjectReference{Type: kind, Value: c.This.Value})
}

// soapResult is vmodl.reflect.ManagedMethodExecuter.SoapResult.
type soapResult struct {
	Response string     `xml:"response,omitempty"`
	Fault    *soapFault `xml:"fault,omitempty"`
}

type soapFault struct {
	FaultMsg    string `xml:"faultMsg"`
	FaultDetail string `xml:"faultDetail,omitempty"`
}

func (l *Lab) executeSoap(c *Call) soap.HasFault {
	ref := types.ManagedObjectReference{Type: "HostSystem", Value: c.This.Value}
	h, err := l.hostOf(ref)
	if err != nil {
		return c.fault(err)
	}
	if err := l.reachable(c.Ctx, ref); err != nil {
		return c.fault(err)
	}
	body, err := l.runCommand(h, c.esxcliCommand(), soapArguments(c.Body))
	if err != nil {
		return c.returns(soapResult{Fault: newSoapFault(err)})
	}
	return c.returns(soapResult{Response: body.document()})
}

// runCommand executes a method of esxcli.
func (l *Lab) runCommand(h *hostState, method string, args map[string]string) (*cliBody, error) {
	if strings.EqualFold(method, fetchCLIInfo) {
		for i := range cliNamespaces {
			if n := &cliNamespaces[i]; n.moType() == args["typename"] {
				return n.info(), nil
			}
		}
		return nil, fmt.Errorf("the lab does not know the esxcli namespace %s", args["typename"])
	}
	namespace, command := findCommand(method)
	if command == nil {
		return nil, fmt.Errorf("the lab does not know the esxcli command %s", method)
	}
	rows, err := command.run(l, h, args)
	if err != nil {
		return nil, err
	}
	return namespace.body(command, rows), nil
}

// soapArguments reads the arguments of a request, whose type is internal to govmomi: each is a name, and a value that
// is an XML element of that name.
func soapArguments(body any) map[string]string {
	args := map[string]string{}
	list := reflect.Indirect(reflect.ValueOf(body)).FieldByName("Argument")
	for i := range list.Len() {
		argument := list.Index(i).Interface()
		var element struct {
			Text string `xml:",chardata"`
		}
		if xml.Unmarshal([]byte(stringField(argument, "Val")), &element) == nil {
			args[argumentName(stringField(argument, "Name"))] = strings.TrimSpace(element.Text)
		}
	}
	return args
}

// argumentName makes names comparable: clients differ in capitals.
func argumentName(name string) string { return strings.ToLower(name) }

// newSoapFault writes an error as a LocalizedMethodFault: a CLIFault with the text for what esxcli refuses, NotFound
// for methods that do not exist.
func newSoapFault(err error) *soapFault {
	const head = `<obj xmlns="urn:vim25" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ` +
		`xsi:type="LocalizedMethodFault">`
	if refusal, ok := err.(*cliFault); ok {
		return &soapFault{FaultMsg: "EsxCLI.CLIFault.summary", FaultDetail: head +
			`<fault xsi:type="VimEsxCLICLIFault"><errMsg>` + escape(refusal.text) + `</errMsg></fault>` +
			`<localizedMessage>EsxCLI.CLIFault.summary</localizedMessage></obj>`}
	}
	return &soapFault{FaultMsg: "The object or item referred to could not be found.", FaultDetail: head +
		`<fault xsi:type="NotFound"></fault><localizedMessage>` + escape(err.Error()) + `</localizedMessage></obj>`}
}
