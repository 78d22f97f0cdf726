// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

func TestHowAHostBootsShowsInThreePlaces(t *testing.T) {
	for kind, want := range map[string]struct {
		filesystem, bootNIC, statelessNIC bool
		option, deployed                  string
	}{
		config.BootStateful:         {true, false, false, "", "no"},
		config.BootStatefulInstall:  {true, true, false, "stateful", "no"},
		config.BootStatelessCaching: {true, false, true, "stateless", "yes"},
		config.BootStateless:        {false, false, true, "", "no"},
		config.BootUnreadable:       {false, false, false, "", "not told"},
	} {
		t.Run(kind, func(t *testing.T) {
			c := dial(t, config.Config{VMs: []config.VM{}, Hosts: []config.Host{{Name: "h", Cluster: "c", Boot: kind}}})
			answer, err := c.runESXCLI("h", "system", "boot", "device", "get")
			if (err != nil) != (kind == config.BootUnreadable) {
				t.Fatalf("esxcli answers %v", err)
			}
			if err == nil {
				row := answer.Values[0]
				if set := func(name string) bool { return row.Value(name) != "" }; set("BootFilesystemUUID") != want.filesystem ||
					set("BootNIC") != want.bootNIC || set("StatelessBootNIC") != want.statelessNIC {
					t.Errorf("the boot device is %v", row)
				}
			}
			host := c.hostProperties("h", "config", "configManager")
			res, err := methods.QueryOptions(c.ctx, c.vim, &types.QueryOptions{
				This: *host.ConfigManager.AdvancedOption, Name: "UserVars.ImageCachedSystem"})
			if want.option == "" {
				wantFault[types.InvalidName](t, err, "")
			} else if err != nil || res.Returnval[0].GetOptionValue().Value != want.option {
				t.Errorf("the option is %v (%v), want %q", res, err, want.option)
			}
			deployed := "not told"
			if info := host.Config.DeploymentInfo; info != nil {
				deployed = map[bool]string{true: "yes", false: "no"}[*info.BootedFromStatelessCache]
			}
			if deployed != want.deployed {
				t.Errorf("booted from the cache: %s, want %s", deployed, want.deployed)
			}
		})
	}
	if l, err := New(config.Config{Hosts: []config.Host{{Name: "h", Boot: "tape"}}}); err == nil {
		_ = l.Close()
		t.Error("an unknown boot kind is accepted")
	}
}
