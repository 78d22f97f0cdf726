// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"context"
	"crypto/x509"
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/task"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/pci"
)

// vmClient is a client of a lab of the test's own, over SOAP and TLS as any other client's.
type vmClient struct {
	t      *testing.T
	ctx    context.Context
	server *Server
	vim    *vim25.Client
	find   *find.Finder
}

func dial(t *testing.T, cfg config.Config) *vmClient {
	t.Helper()
	server, err := NewServer(cfg, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return connect(t, server)
}

// connect logs in to a lab that runs.
func connect(t *testing.T, server *Server) *vmClient {
	t.Helper()
	state := server.State(0, "")
	u, err := url.Parse(state.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := soap.NewClient(u, false)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(server.CAPEM())
	transport.DefaultTransport().TLSClientConfig.RootCAs = roots
	vim, err := vim25.NewClient(t.Context(), transport)
	if err != nil {
		t.Fatal(err)
	}
	login := url.UserPassword(state.Username, state.Password)
	if err := session.NewManager(vim).Login(t.Context(), login); err != nil {
		t.Fatal(err)
	}
	return &vmClient{t: t, ctx: t.Context(), server: server, vim: vim, find: find.NewFinder(vim)}
}

// in is the client in a subtest.
func (c *vmClient) in(t *testing.T) *vmClient {
	sub := *c
	sub.t, sub.ctx = t, t.Context()
	return &sub
}

func (c *vmClient) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *vmClient) vm(name string) *object.VirtualMachine {
	c.t.Helper()
	vm, err := c.find.VirtualMachine(c.ctx, "/*/vm/"+name)
	c.must(err)
	return vm
}

func (c *vmClient) host(name string) *object.HostSystem {
	c.t.Helper()
	host, err := c.find.HostSystem(c.ctx, "/*/host/*/"+name)
	c.must(err)
	return host
}

// config is what the API says about a VM.
func (c *vmClient) config(name string) *types.VirtualMachineConfigInfo {
	c.t.Helper()
	var vm mo.VirtualMachine
	c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, c.vm(name).Reference(), []string{"config"}, &vm))
	return vm.Config
}

func (c *vmClient) attached(name string) []*types.VirtualPCIPassthrough {
	c.t.Helper()
	return pci.PassthroughOf(c.config(name).Hardware.Device)
}

// device is an entry for a host's device, made from what the server says that VMs of the host may get.
func (c *vmClient) device(host, address string) *types.VirtualPCIPassthrough {
	c.t.Helper()
	var h mo.HostSystem
	c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, c.host(host).Reference(), []string{"hardware"}, &h))
	for _, d := range h.Hardware.PciDevice {
		if d.Id == address {
			entry := pci.NewPassthrough(d, h.Hardware.SystemInfo.Uuid)
			entry.Key = -1
			return entry
		}
	}
	c.t.Fatalf("host %s has no device %s", host, address)
	return nil
}

func change(op types.VirtualDeviceConfigSpecOperation, devices ...*types.VirtualPCIPassthrough) types.VirtualMachineConfigSpec {
	var spec types.VirtualMachineConfigSpec
	for _, d := range devices {
		spec.DeviceChange = append(spec.DeviceChange, &types.VirtualDeviceConfigSpec{Operation: op, Device: d})
	}
	return spec
}

func add(devices ...*types.VirtualPCIPassthrough) types.VirtualMachineConfigSpec {
	return change(types.VirtualDeviceConfigSpecOperationAdd, devices...)
}

func remove(devices ...*types.VirtualPCIPassthrough) types.VirtualMachineConfigSpec {
	return change(types.VirtualDeviceConfigSpecOperationRemove, devices...)
}

func (c *vmClient) reconfigure(name string, spec types.VirtualMachineConfigSpec) error {
	return c.wait(c.vm(name).Reconfigure(c.ctx, spec))
}

func (c *vmClient) powerOn(name string) error  { return c.wait(c.vm(name).PowerOn(c.ctx)) }
func (c *vmClient) powerOff(name string) error { return c.wait(c.vm(name).PowerOff(c.ctx)) }

func (c *vmClient) wait(t *object.Task, err error) error {
	if err != nil {
		return err
	}
	return t.WaitEx(c.ctx)
}

// faultOf is the typed fault of an error, with its text.
func faultOf(t *testing.T, err error) (types.BaseMethodFault, string) {
	t.Helper()
	var failed task.Error
	if errors.As(err, &failed) {
		return failed.Fault(), failed.LocalizedMessage
	}
	if err != nil && soap.IsSoapFault(err) {
		f := soap.ToSoapFault(err)
		detail := reflect.New(reflect.TypeOf(f.VimFault())) // decoded as a value, not as a pointer to one
		detail.Elem().Set(reflect.ValueOf(f.VimFault()))
		return detail.Interface().(types.BaseMethodFault), f.String
	}
	t.Fatalf("expected a fault, got %v", err)
	return nil, ""
}

// expectFault checks an error against a fault's type, like "InvalidArgument", and a part of its text.
func expectFault(t *testing.T, err error, kind, text string) types.BaseMethodFault {
	t.Helper()
	fault, message := faultOf(t, err)
	if got := reflect.TypeOf(fault).Elem().Name(); got != kind {
		t.Errorf("fault %s (%s), want %s", got, message, kind)
	}
	if !strings.Contains(message, text) {
		t.Errorf("fault text %q lacks %q", message, text)
	}
	return fault
}
