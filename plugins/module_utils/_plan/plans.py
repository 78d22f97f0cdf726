# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Working with plans: putting them together, comparing them, showing them, and who is meant by them. No I/O."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.change import (
    DEPLOY,
    HOT_ADD,
    HOT_REMOVE,
    LEAVE_MAINTENANCE,
    PASSTHROUGH,
    POWER_ON,
    REBOOT,
    SCHEMA,
    SETTING,
    document,
)

Facts = Mapping[str, Any]


def merge_plans(plans: Sequence[Facts]) -> dict[str, Any]:
    """One plan of the plans of several vCenters."""
    return document(
        [vcenter for plan in plans for vcenter in plan["vcenters"]],
        [item for plan in plans for item in plan["hosts"]],
        [item for plan in plans for item in plan["vms"]],
    )


def plan_difference(fresh: Facts, approved: Any) -> list[str]:
    """Why an approved plan may not be carried out: a line for each thing in which the fresh one differs.

    :param approved: what the file had, whatever that is; its text, or what was made of that.
    """
    try:
        approved = read_plan(approved)
    except ValueError as error:
        return [str(error)]
    if approved["schema"] != SCHEMA:
        return [f"The plan was written in form {approved['schema']}, and this version has form {SCHEMA}."]
    if approved["vcenters"] != fresh["vcenters"]:
        return ["The plan is of another vCenter than the one that answers now."]
    lines = _differences("Host", approved["hosts"], fresh["hosts"]) + _differences("VM", approved["vms"], fresh["vms"])
    if not lines and approved != fresh:
        lines.append("The plan was edited: its summary is not that of its steps.")
    return lines


def read_plan(given: Any) -> Facts:
    """A plan out of a file, in this form or an earlier one.

    :param given: what the file had, whatever that is; its text, or what was made of that.
    :raises ValueError: it is no plan; the reason in one line.
    """
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"The plan file is no JSON ({error}).") from error
    complaint = _no_plan(given)
    if complaint:
        raise ValueError(complaint)
    plan: Facts = given
    return plan


def _no_plan(approved: Any) -> str:
    """Why something is no plan at all; empty if it is one."""
    form = {"schema": int, "vcenters": list, "hosts": list, "vms": list, "summary": Mapping}
    if not isinstance(approved, Mapping):
        return "The plan file has no plan in it."
    wrong = [key for key, kind in form.items() if not isinstance(approved.get(key), kind)]
    if approved.get("schema") == SCHEMA:
        wrong += sorted(set(approved) - set(form))
    if wrong:
        return f"The plan file is no plan, or was edited: look at {', '.join(wrong)}."
    items = (*approved["hosts"], *approved["vms"])
    named = all(isinstance(item, Mapping) and isinstance(item.get("inventory_name"), str) for item in items)
    return "" if named else "The plan file was edited: a host or VM in it has no inventory_name."


def _differences(kind: str, approved: Sequence[Facts], fresh: Sequence[Facts]) -> list[str]:
    then = {item["inventory_name"]: item for item in approved}
    now = {item["inventory_name"]: item for item in fresh}
    lines = [f"{kind} {name} is not in the plan that was approved." for name in now if name not in then]
    lines += [f"{kind} {name} was approved, but is not planned for now." for name in then if name not in now]
    if len(then) != len(approved):
        lines.append(f"The plan was edited: it has a {kind} twice.")
    for name in (name for name in now if name in then and now[name] != then[name]):
        before, after = _said(then[name]), _said(now[name])
        gone = [f"no longer: {text}" for text in before if text not in after]
        new = [f"now: {text}" for text in after if text not in before]
        what = "; ".join([*gone, *new]) or "it is another object in vSphere, or the plan was edited"
        lines.append(f"{kind} {name}: {what.rstrip('.')}.")
    return lines


def _said(item: Facts) -> list[str]:
    """All that a plan says of one host or VM, as texts that can be compared."""
    try:
        steps = [_step(step) for step in item["steps"]]
        notes = [str(note["message"]) for note in item["notes"]]
        return [*steps, *notes, *(str(obstacle["message"]) for obstacle in item["obstacles"])]
    except (KeyError, TypeError):
        return ["an entry that was edited"]


def plan_lines(plan: Facts) -> list[str]:
    """A plan as a person reads it."""
    summary = plan["summary"]
    lines = [
        f"{summary['hosts']} of {len(plan['hosts'])} hosts to prepare, {summary['reboots']} of them with a reboot; "
        f"{summary['vms']} of {len(plan['vms'])} VMs to prepare; drives: {summary['added']} in, "
        f"{summary['removed']} out; {summary['obstacles']} obstacles."
    ]
    for item in (*plan["hosts"], *plan["vms"]):
        lines += [f"{item['inventory_name']}: {_step(step)}" for step in item["steps"]]
        lines += [f"{item['inventory_name']}: note: {note['message']}" for note in item["notes"]]
        lines += [
            f"{item['inventory_name']}: {'needs first' if obstacle['mendable'] else 'OBSTACLE'}: {obstacle['message']}"
            for obstacle in item["obstacles"]
        ]
    return lines


_TEXTS = {
    PASSTHROUGH: "enable passthrough of {device} ({what}, {requirement})",
    REBOOT: "reboot, {after} ({requirement})",
    LEAVE_MAINTENANCE: "finish what an earlier run left: its maintenance mode ({requirement})",
    DEPLOY: "deploy from the template ({requirement})",
    SETTING: "set {what} from {before} to {after} ({requirement})",
    POWER_ON: "power on ({requirement})",
    HOT_ADD: "hot-add {device} ({what}, {requirement})",
    HOT_REMOVE: "hot-remove {device} ({what}, {requirement})",
}


def _step(step: Facts) -> str:
    named = f"{step['what']}, serial {step['serial']}" if step["serial"] else step["what"]
    text = _TEXTS.get(step["kind"], _TEXTS[SETTING]).format(**{**step, "what": named})
    return f"{text}, powered off for it" if step["needs_power_off"] else text


def plan_targets(plan: Facts, guests: Sequence[str] = ()) -> dict[str, Any]:
    """Who is to be worked on, by inventory name: hosts and VMs with steps, or with what their role will fail for.

    :param guests: VMs that are to be verified although nothing changes there.
    :return: ``groups``, of ``hosts`` and ``vms`` to be prepared, of those to ``add`` drives to and to ``remove`` drives
        from, and of VMs to ``verify``; ``removals``, by VM the drives that are to leave, as selectors; and
        ``contradictions`` of the inventory, seen once vSphere was asked: a line each.
    """
    groups = {
        "hosts": [item["inventory_name"] for item in plan["hosts"] if item["steps"] or _stopped(item)],
        "vms": [item["inventory_name"] for item in plan["vms"] if _has(item, None) or _stopped(item)],
        "add": [item["inventory_name"] for item in plan["vms"] if _has(item, HOT_ADD) or _stopped(item)],
        "remove": [item["inventory_name"] for item in plan["vms"] if _has(item, HOT_REMOVE) or _stopped(item)],
    }
    changing = [*groups["vms"], *groups["add"], *groups["remove"], *guests]
    return {
        "contradictions": _contradictions(plan),
        "removals": {item["inventory_name"]: _leaving(item) for item in plan["vms"]},
        "groups": {**groups, "verify": sorted(dict.fromkeys(changing))},
    }


def _has(item: Facts, kind: str | None) -> bool:
    """Whether there is such a step; None stands for those of preparation."""
    moves = (HOT_ADD, HOT_REMOVE)
    return any(step["kind"] == kind if kind else step["kind"] not in moves for step in item["steps"])


def _leaving(item: Facts) -> list[dict[str, str]]:
    """By address, ids and serial number: at the address may be another drive when it is done."""
    steps = [step for step in item["steps"] if step["kind"] == HOT_REMOVE]
    return [{key: step[source] for key, source in _SELECTOR.items() if step[source]} for step in steps]


_SELECTOR = {"address": "device", "vendor_device": "vendor_device", "serial": "serial"}


def _stopped(item: Facts) -> bool:
    return any(not obstacle["mendable"] for obstacle in item["obstacles"])


def _contradictions(plan: Facts) -> list[str]:
    wrong = ("named_twice", "drive_wanted_twice")
    found = [
        obstacle["message"]
        for item in (*plan["hosts"], *plan["vms"])
        for obstacle in item["obstacles"]
        if obstacle["error"]["code"] in wrong
    ]
    return list(dict.fromkeys(found))
