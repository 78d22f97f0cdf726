// Copyright: (c) 2026, directpath.nvme contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package lab

import (
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"directpath.nvme/lab/pci"
	"directpath.nvme/lab/rules"
)

// machines answers the calls about virtual machines with passthrough devices.
type machines struct {
	*Lab
	// turn is held by everything that can give a device to a VM, or start a VM that has devices: what was judged must
	// still hold when it is done. It is taken before the lock of any object.
	turn sync.Mutex
}

func (l *Lab) overrideVMs() {
	m := &machines{Lab: l}
	l.vms = m
	l.override("ReconfigVM_Task", m.task(m.reconfigure))
	l.override("PowerOnVM_Task", m.task(m.powerOn))
	l.override("PowerOffVM_Task", m.task(m.powerOff))
	l.override("ResetVM_Task", m.task(m.reset))
	l.override("AnswerVM", m.answerVM)
	l.override("ShutdownGuest", m.shutdownGuest)
	l.override("PowerOnMultiVM_Task", m.powerOnMulti)
	l.override("CreateVM_Task", m.create)
	l.override("CreateChildVM_Task", m.create)
	l.override("CloneVM_Task", m.clone)
	l.override("QueryConfigTarget", m.queryConfigTarget)
	l.override("QueryConfigOption", m.queryConfigOption)
	l.override("QueryConfigOptionEx", m.queryConfigOptionEx)
	l.onBuildVM(m.build)
	l.onBuildVM(m.buildGuest)
	l.onBuildVM(m.buildSnapshot)
	l.onPull(m.pulled)
}

// task makes an override of work on one VM.
func (m *machines) task(work func(*Call, *job, *simulator.VirtualMachine) error) func(*Call) soap.HasFault {
	return func(c *Call) soap.HasFault {
		return c.task(func(j *job) (types.AnyType, error) {
			vm, err := get[*simulator.VirtualMachine](j.Ctx, c.This)
			if err != nil {
				return nil, err
			}
			if err := m.answered(j, vm, c.Method); err != nil {
				return nil, err
			}
			m.turn.Lock()
			defer m.turn.Unlock()
			if err := m.reachable(j.Ctx, *vm.Runtime.Host); err != nil {
				return nil, err
			}
			return nil, work(c, j, vm)
		})
	}
}

// judge judges what is about to happen to a VM: before the lock of the VM is taken, it reads what others hold.
func (m *machines) judge(ctx *simulator.Context, vm *simulator.VirtualMachine, fill func(*rules.Attempt)) error {
	host, err := m.hostFacts(ctx, vm.Self)
	if err != nil {
		return err
	}
	m.locked(ctx, vm, func() {
		a := &rules.Attempt{VM: &vm.VirtualMachine, Host: host, Attached: pci.PassthroughOf(vm.Config.Hardware.Device)}
		fill(a)
		err = rules.Judge(a)
	})
	return err
}
