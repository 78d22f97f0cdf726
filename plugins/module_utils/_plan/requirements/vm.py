# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented requirements on a VM, once, with their ids; docs/requirements.md explains each."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import POWERED_OFF, POWERED_ON, Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    PASS,
    UNKNOWN,
    Requirement,
    Seen,
    Verdict,
    text,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import (
    ANSWER,
    ASK_VM_AGAIN,
    BRING_VM_BACK,
    DEPLOY,
    RESUME,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm_seen import of_vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm_settings import SETTINGS


def judge_vm(vm: Vm) -> list[Verdict]:
    """Every requirement on a VM, in the order of the table."""
    return [requirement.judge(vm) for requirement in VM_REQUIREMENTS]


def broken(vm: Vm) -> list[Verdict]:
    """The verdict on every requirement that a VM does not meet, those that only warn among them.

    A VM that is suspended or out of reach is refused by codes of its own, before and beside this.
    """
    return [verdict for verdict in (item.judge(vm) for item in VM_RULES) if verdict.status != PASS]


def refuses(verdict: Verdict) -> bool:
    """Whether it prevents hot plug; what is not known does, too."""
    return verdict.status in (FAIL, UNKNOWN)


def refusal(vm: Vm, verdicts: Sequence[Verdict]) -> DirectPathError:
    """One error that names every requirement that is not met, and each remedy once."""
    return DirectPathError(
        f"VM {vm.name} does not support hot plug of NVMe devices: {'; '.join(item.describe() for item in verdicts)}. "
        "Nothing was changed.",
        "vm_rule_broken",
        requirement=verdicts[0].id,
        vm=vm.name,
        remedy=" ".join(dict.fromkeys(item.remedy for item in verdicts)),
    )


def _question(vm: Vm) -> Seen:
    """A VM that waits for an answer carries out nothing else, so that a hot-add would wait for ever."""
    if vm.question is None:
        return Seen(PASS, text("no question is pending"), "0")
    return Seen(FAIL, text("it waits for the answer to a question: {question}", question=vm.question), "1")


def _suspended(vm: Vm) -> Seen:
    state = vm.power_state
    if state in (POWERED_ON, POWERED_OFF):
        return Seen(PASS, text("it is not suspended"), state)
    if state == "suspended":
        return Seen(FAIL, text("it is suspended, which passthrough devices do not support"), state)
    return Seen(UNKNOWN, text("its power state cannot be read"), remedy=ASK_VM_AGAIN)


def _reachable(vm: Vm) -> Seen:
    """What is told of a VM that the server has lost contact with may be old."""
    state = vm.connection_state
    if state == "connected":
        return Seen(PASS, text("vSphere has contact with it"), state)
    if state == "unknown":
        return Seen(UNKNOWN, text("its connection state cannot be read"), remedy=ASK_VM_AGAIN)
    if state == "disconnected":
        return Seen(UNKNOWN, text("its host is disconnected; what is told of it may be old"), state)
    return Seen(FAIL, text("it is {state}; nothing can be done with it", state=state), state)


def _no_template(vm: Vm) -> Seen:
    if vm.template:
        return Seen(FAIL, text("it is a template, which never runs"), "true")
    return Seen(PASS, text("it is no template"), "false")


VM_RULES: tuple[Requirement[Vm], ...] = (
    *SETTINGS,
    of_vm("question", "No question is pending", ("runtime.question",), _question, (PASS, FAIL), ANSWER),
)
"""P6, P7 and N1 to N9: what vm_hotplug_config brings about, and what a hot-add is refused for."""

VM_REQUIREMENTS: tuple[Requirement[Vm], ...] = (
    of_vm(
        "connection",
        "vSphere has contact with the VM",
        ("runtime.connectionState",),
        _reachable,
        (PASS, FAIL),
        BRING_VM_BACK,
    ),
    of_vm("template", "A VM, not a template", ("config.template",), _no_template, (PASS, FAIL), DEPLOY),
    *VM_RULES,
    of_vm("N9", "Not suspended", ("runtime.powerState",), _suspended, (PASS, FAIL), RESUME),
)
"""All that is required of a VM, in the order of reports."""
