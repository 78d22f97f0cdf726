// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"net/http"
	"testing"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
)

func (c *vmClient) question(name string) *types.VirtualMachineQuestionInfo {
	c.t.Helper()
	var vm mo.VirtualMachine
	c.must(property.DefaultCollector(c.vim).RetrieveOne(c.ctx, c.vm(name).Reference(), []string{"runtime.question"}, &vm))
	return vm.Runtime.Question
}

func TestPowerOnWaitsForTheAnswer(t *testing.T) {
	c := dial(t, config.Config{VMs: []config.VM{{Name: "vm", Question: &config.Question{Text: "Moved or copied?"}}}})
	question := c.question("vm")
	if question == nil || question.Text != "Moved or copied?" || len(question.Choice.ChoiceInfo) != 3 {
		t.Fatalf("the question is %+v", question)
	}
	wantFault[types.InvalidState](t, c.reconfigure("vm", types.VirtualMachineConfigSpec{NumCPUs: 4}), "question")
	task, err := c.vm("vm").PowerOn(c.ctx)
	c.must(err)
	wantFault[types.InvalidArgument](t, c.vm("vm").Answer(c.ctx, "7", "0"), "questionId")
	wantFault[types.InvalidArgument](t, c.vm("vm").Answer(c.ctx, question.Id, "7"), "answerChoice")
	c.wantPower(types.VirtualMachinePowerStatePoweredOff, "vm")
	c.must(c.vm("vm").Answer(c.ctx, question.Id, "1"))
	c.must(task.Wait(c.ctx))
	if c.question("vm") != nil {
		t.Error("the question is still there")
	}
}

func TestARunningVMWithAQuestionIsLeftAlone(t *testing.T) {
	c := dial(t, config.Config{VMs: []config.VM{{Name: "vm", Power: config.PoweredOn}}})
	if code := c.control(http.MethodPost, "/ask", `{"vm": "other"}`, nil); code != http.StatusBadRequest {
		t.Errorf("a VM that is not there is answered with %d", code)
	}
	c.control(http.MethodPost, "/ask", `{"vm": "vm", "text": "Retry?", "choices": ["Retry", "Cancel"]}`, nil)
	wantFault[types.InvalidState](t, c.powerOff("vm"), "question")
	c.must(c.vm("vm").Answer(c.ctx, c.question("vm").Id, "0"))
	c.must(c.powerOff("vm"))
}
