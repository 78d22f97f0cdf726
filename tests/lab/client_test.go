// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/cli/esx"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/task"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

// What tests of hosts ask a lab, over SOAP. See vm_client_test.go for the client itself.

// hostProperties reads properties of a host.
func (c *vmClient) hostProperties(name string, paths ...string) *mo.HostSystem {
	c.t.Helper()
	var h mo.HostSystem
	c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, c.host(name).Reference(), paths, &h))
	return &h
}

// passthru reads the passthrough state of a host's devices: "enabled active", "pending" in either direction, or "".
func (c *vmClient) passthru(host string) map[string]string {
	c.t.Helper()
	state := map[string]string{}
	for _, info := range c.hostProperties(host, "config.pciPassthruInfo").Config.PciPassthruInfo {
		p := info.GetHostPciPassthruInfo()
		switch {
		case p.PassthruEnabled != p.PassthruActive:
			state[p.Id] = "pending"
		case p.PassthruEnabled:
			state[p.Id] = "active"
		default:
			state[p.Id] = ""
		}
	}
	return state
}

func (c *vmClient) togglePassthru(host string, configs ...types.HostPciPassthruConfig) error {
	c.t.Helper()
	system := c.hostProperties(host, "configManager.pciPassthruSystem").ConfigManager.PciPassthruSystem
	req := types.UpdatePassthruConfig{This: *system}
	for i := range configs {
		req.Config = append(req.Config, &configs[i])
	}
	_, err := methods.UpdatePassthruConfig(c.ctx, c.vim, &req)
	return err
}

func enable(address string) types.HostPciPassthruConfig {
	return types.HostPciPassthruConfig{Id: address, PassthruEnabled: true}
}

func disable(address string) types.HostPciPassthruConfig {
	return types.HostPciPassthruConfig{Id: address}
}

// runESXCLI runs an esxcli command as govc does.
func (c *vmClient) runESXCLI(host string, args ...string) (*esx.Response, error) {
	c.t.Helper()
	executor, err := esx.NewExecutor(c.ctx, c.vim, c.host(host))
	if err != nil {
		return nil, err
	}
	return executor.Run(c.ctx, args)
}

func (c *vmClient) esxcli(host string, args ...string) []esx.Values {
	c.t.Helper()
	answer, err := c.runESXCLI(host, args...)
	c.must(err)
	return answer.Values
}

// kernel reads a kernel setting: configured, runtime, default.
func (c *vmClient) kernel(host, name string) [3]string {
	c.t.Helper()
	row := c.esxcli(host, "system", "settings", "kernel", "list", "-o", name)[0]
	return [3]string{row.Value("Configured"), row.Value("Runtime"), row.Value("Default")}
}

// reboot reboots a host in maintenance mode and waits until it is back.
func (c *vmClient) reboot(name string) {
	c.t.Helper()
	host := c.host(name)
	before := *c.hostProperties(name, "runtime").Runtime.BootTime
	enter, err := host.EnterMaintenanceMode(c.ctx, 0, false, nil)
	c.must(err)
	c.must(enter.Wait(c.ctx))
	req := types.RebootHost_Task{This: host.Reference()}
	res, err := methods.RebootHost_Task(c.ctx, c.vim, &req)
	c.must(err)
	c.must(object.NewTask(c.vim, res.Returnval).Wait(c.ctx))
	c.waitHost(name, "runtime.bootTime", func(v any) bool { return v.(time.Time).After(before) })
	c.waitHost(name, "runtime.connectionState", func(v any) bool {
		return v == types.HostSystemConnectionStateConnected
	})
	exit, err := host.ExitMaintenanceMode(c.ctx, 0)
	c.must(err)
	c.must(exit.Wait(c.ctx))
}

// waitHost waits, by WaitForUpdatesEx, for a property of a host.
func (c *vmClient) waitHost(name, path string, good func(any) bool) {
	c.t.Helper()
	c.must(property.Wait(c.ctx, property.DefaultCollector(c.vim), c.host(name).Reference(), []string{path},
		func(changes []types.PropertyChange) bool { return good(changes[0].Val) }))
}

func (c *vmClient) searchUUID(id string) (object.Reference, error) {
	ref, err := object.NewSearchIndex(c.vim).FindByUuid(c.ctx, nil, id, true, nil)
	if ref == nil {
		return nil, err
	}
	return ref, err
}

// wantFault checks the type of a fault, of a call or of a task, and that its text contains what it should.
func wantFault[F any](t *testing.T, err error, text string) {
	t.Helper()
	var fault any
	var message string
	var failed task.Error
	switch {
	case err == nil:
		t.Errorf("no fault, want %T", *new(F))
		return
	case errors.As(err, &failed):
		fault, message = failed.LocalizedMethodFault.Fault, failed.LocalizedMessage
	case soap.IsSoapFault(err):
		fault, message = soap.ToSoapFault(err).VimFault(), soap.ToSoapFault(err).String
	default:
		t.Errorf("not a fault: %v", err)
		return
	}
	_, value := fault.(F)
	_, pointer := fault.(*F)
	if !value && !pointer {
		t.Errorf("the fault is %T %q, want %T", fault, message, *new(F))
	} else if !strings.Contains(message, text) {
		t.Errorf("the text is %q, want %q in it", message, text)
	}
}

// quick makes reboots short.
func quick(cfg config.Config) config.Config {
	short := 0.2
	cfg.Settings.RebootSeconds = &short
	return cfg
}
