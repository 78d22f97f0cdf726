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

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/esxcli"
)

// esxcli over the API: a client asks a host for its ManagedMethodExecuter and lets that execute methods of CLI
// handlers (vim.EsxCLI.<namespace>.<command>). The simulator's own executer cannot be extended, and making one
// registers an object that crashes later searches, so the whole subject is answered here.

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

func (l *Lab) executeSoap(c *Call) soap.HasFault {
	ref := types.ManagedObjectReference{Type: "HostSystem", Value: c.This.Value}
	h, err := l.hostOf(ref)
	if err != nil {
		return c.fault(err)
	}
	if err := l.reachable(c.Ctx, ref); err != nil {
		return c.fault(err)
	}
	body, err := l.runCommand(c, h, c.esxcliCommand(), soapArguments(c.Body))
	if err != nil {
		return c.returns(esxcli.Result{Fault: esxcli.NewFault(err)})
	}
	return c.returns(esxcli.Result{Response: body.Document()})
}

// runCommand executes a method of esxcli, if the host does that.
func (l *Lab) runCommand(c *Call, h *hostState, method string, args map[string]string) (*esxcli.Body, error) {
	switch h.cfg.ESXCLI {
	case config.ESXCLIRefuses:
		return nil, &esxcli.Refusal{Text: "Unable to connect to the agent of the host."}
	case config.ESXCLIHangs:
		select {
		case <-c.Ctx.Done():
		case <-l.closed:
		}
		return nil, fmt.Errorf("the host does not answer") // to nobody
	}
	if strings.EqualFold(method, esxcli.FetchInfo) {
		if body := esxcli.Describe(args["typename"]); body != nil {
			return body, nil
		}
		return nil, fmt.Errorf("the lab does not know the esxcli namespace %s", args["typename"])
	}
	namespace, command := esxcli.Find(method)
	if command == nil {
		return nil, fmt.Errorf("the lab does not know the esxcli command %s", method)
	}
	rows, err := esxcliCommands[namespace.Path(command)](l, h, args)
	if err != nil {
		return nil, err
	}
	return namespace.Body(command, rows), nil
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

// queryMoInstances and queryTypeInfo tell clients which commands there are.
func (l *Lab) queryMoInstances(c *Call) soap.HasFault { return c.returns(esxcli.Instances()) }

func (l *Lab) queryTypeInfo(c *Call) soap.HasFault {
	wanted := ""
	if filter := reflect.Indirect(reflect.ValueOf(c.Body)).FieldByName("FilterSpec"); !filter.IsNil() {
		wanted = stringField(filter.Interface(), "TypeSubstr")
	}
	return c.returns(esxcli.TypesLike(wanted))
}
