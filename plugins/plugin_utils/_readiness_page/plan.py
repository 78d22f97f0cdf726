# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a report in the page's language. Its notes and obstacles are messages, which stay as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.catalogue import Catalogue
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.subjects import Facts

STEPS = {
    "passthrough": "enable passthrough of {device} ({what}, {requirement})",
    "reboot": "reboot, {after} ({requirement})",
    "leave_maintenance": "finish what an earlier run left: its maintenance mode ({requirement})",
    "deploy": "deploy from the template ({requirement})",
    "setting": "set {what} from {before} to {after} ({requirement})",
    "power_on": "power on ({requirement})",
    "hot_add": "hot-add {device} ({what}, {requirement})",
    "hot_remove": "hot-remove {device} ({what}, {requirement})",
}
"""By kind of step, as the filter plan_lines says it."""

NOT_JUDGED = "The plan has hosts or VMs that this report does not judge: {names}"

SUMMARY = (
    "{hosts} of {all_hosts} hosts to prepare, {reboots} of them with a reboot; {vms} of {all_vms} VMs to prepare; "
    "drives: {added} in, {removed} out; {obstacles} obstacles."
)


def plan_lines(report: Facts, say: Catalogue) -> Sequence[str]:
    """A line for the whole plan, and one for each step, note and obstacle; none where there is no plan."""
    lines: Sequence[str] = report.get("plan_lines") or ()
    plan = report.get("plan")
    if say.language == "en" or not plan:
        return lines
    strangers = ", ".join(report.get("plan_strangers") or ())
    first = [say(NOT_JUDGED, names=strangers)] if strangers else []
    summary = {**plan["summary"], "all_hosts": len(plan["hosts"]), "all_vms": len(plan["vms"])}
    steps = (line for item in (*plan["hosts"], *plan["vms"]) for line in _lines(item, say))
    return [*first, say(SUMMARY, **summary), *steps]


def _lines(item: Facts, say: Catalogue) -> Iterator[str]:
    name = item["inventory_name"]
    for step in item["steps"]:
        yield f"{name}: {_step(step, say)}"
    for note in item["notes"]:
        yield f"{name}: {say('note')}: {note['message']}"
    for obstacle in item["obstacles"]:
        yield f"{name}: {say('needs first') if obstacle['mendable'] else say('OBSTACLE')}: {obstacle['message']}"


def _step(step: Facts, say: Catalogue) -> str:
    what = say("{what}, serial {serial}", **step) if step["serial"] else step["what"]
    after = step["after"]
    if step["kind"] == "reboot":
        after = say("in force: {settings}", settings=str(after).partition(": ")[2])
    text = say(STEPS.get(step["kind"], STEPS["setting"]), **{**step, "what": what, "after": after})
    return say("{step}, powered off for it", step=text) if step["needs_power_off"] else text
