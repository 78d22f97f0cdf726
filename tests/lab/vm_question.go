// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"fmt"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/config"
	"directpath.nvme/lab/fault"
)

// Ask is a question that a VM has from now on: the JSON of `lab ask`.
type Ask struct {
	VM string `json:"vm"`
	config.Question
}

func (l *Lab) ask(request Ask) error {
	vm := l.vmNamed(request.VM)
	if vm == nil {
		return fmt.Errorf("there is no VM %q", request.VM)
	}
	question := *newQuestion(request.Filled())
	l.update(l.context(), vm, set("runtime.question", question), set("summary.runtime.question", question))
	return nil
}

// vmNamed is the VM of a name, nil if there is none.
func (l *Lab) vmNamed(name string) *simulator.VirtualMachine {
	ctx := l.context()
	for _, e := range ctx.Map.All("VirtualMachine") {
		if l.isNamed(ctx, e.Reference(), name) {
			return e.(*simulator.VirtualMachine)
		}
	}
	return nil
}

// newQuestion is the question as clients see it; the answers are known by their numbers.
func newQuestion(cfg config.Question) *types.VirtualMachineQuestionInfo {
	question := &types.VirtualMachineQuestionInfo{Id: "1", Text: cfg.Text}
	for i, label := range cfg.Choices {
		question.Choice.ChoiceInfo = append(question.Choice.ChoiceInfo, &types.ElementDescription{
			Description: types.Description{Label: label, Summary: label}, Key: fmt.Sprint(i)})
	}
	return question
}

// answerVM takes a question away, whatever the answer.
func (m *machines) answerVM(c *Call) soap.HasFault {
	request := c.Body.(*types.AnswerVM)
	vm, err := get[*simulator.VirtualMachine](c.Ctx, c.This)
	if err != nil {
		return c.fault(err)
	}
	wrong := ""
	m.locked(c.Ctx, vm, func() {
		question := vm.Runtime.Question
		switch {
		case question == nil || question.Id != request.QuestionId:
			wrong = "questionId"
		case !slices.ContainsFunc(question.Choice.ChoiceInfo, func(d types.BaseElementDescription) bool {
			return d.GetElementDescription().Key == request.AnswerChoice
		}):
			wrong = "answerChoice"
		default:
			c.Ctx.Update(vm, []types.PropertyChange{set("runtime.question", nil), set("summary.runtime.question", nil)})
		}
	})
	if wrong != "" {
		return c.fault(simulatedFault(&types.InvalidArgument{InvalidProperty: wrong}))
	}
	return &methods.AnswerVMBody{Res: &types.AnswerVMResponse{}}
}

// answered says whether work on a VM may begin: power-on waits until nobody is asked any more, as it is what most
// questions come from; all else is refused. Which faults a server has for that is not published.
func (m *machines) answered(j *job, vm *simulator.VirtualMachine, method string) error {
	for m.asks(j.Ctx, vm) {
		if method != "PowerOnVM_Task" {
			return fault.New(&types.InvalidState{}, "The operation is not allowed in the current state: "+
				"the virtual machine waits for the answer to a question.")
		}
		if !m.sleep(vmPoll) {
			return errCancelled
		}
	}
	return nil
}

func (m *machines) asks(ctx *simulator.Context, vm *simulator.VirtualMachine) (asks bool) {
	m.locked(ctx, vm, func() { asks = vm.Runtime.Question != nil })
	return asks
}
