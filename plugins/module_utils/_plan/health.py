# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""May a drive be handed on, by what it tells of its own health? No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.health import DriveHealth
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_evidence import printable
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_match import VMWARE_VENDOR
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    UNKNOWN,
    WARN,
    Verdict,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.drive import DRIVE_REQUIREMENTS

Facts = Mapping[str, Any]

_WORST_FIRST = (FAIL, UNKNOWN, WARN, PASS, NOT_APPLICABLE)


def judge_health(health: DriveHealth | None) -> list[Verdict]:
    """Everything that a drive has to say, in the order of the table.

    :param health: None if it was not asked.
    """
    return [requirement.judge(health) for requirement in DRIVE_REQUIREMENTS]


def health_rows(guest: Facts) -> list[dict[str, Any]]:
    """The health of each drive that a guest has shown, but of virtual disks.

    :param guest: the result of guest_nvme_info.
    :return: in its order, each ``address`` (in the guest), ``path``, ``serial``, ``model``, ``firmware``, ``status``,
        ``rows`` (a verdict each) and ``reasons``, why it is not a plain pass.
    """
    shown = (device for device in guest["devices"] if not str(device["vendor_device"]).startswith(VMWARE_VENDOR))
    return [_health_row(device) for device in shown]


def of_those_asked(rows: Sequence[Facts]) -> list[Facts]:
    """The rows of health_rows() of drives that were asked."""
    return [row for row in rows if row["status"] != NOT_APPLICABLE]


def handed_on(table: Sequence[Facts], guest: Facts, asked: bool) -> dict[str, Any]:
    """May the drives be handed on that a VM is to have, and has?

    :param table: of verify_drives, after VM, host and guest were found to agree.
    :param guest: the result of guest_nvme_info; nothing where only lspci answered.
    :param asked: whether the guest was to be asked.
    :return: ``rows``, as those of health_rows, with ``name``, ``host``, ``vm`` and ``text``, a sentence; their
        ``address`` is that on the host; ``failed``, the sentences of drives that are failing; ``unknown``, of those of
        which nobody knows; ``settled``, whether to ask again would be in vain, as the guest takes no drive up just now.
    """
    shown = {row["address"]: row for row in (health_rows(guest) if "devices" in guest else ())}
    wanted = [row for row in table if (row["wanted"], row["status"]) == ("present", "present")]
    known = {row["guest_address"] for row in table}
    others = [row for address, row in shown.items() if address not in known]
    rows = [_handed_on(row, shown.get(row["guest_address"]), others, asked) for row in wanted]
    by_status = {status: [row["text"] for row in rows if row["status"] == status] for status in (FAIL, UNKNOWN)}
    coming = {device["address"] for device in guest.get("devices", ()) if _is_coming(device)}
    settled = not any(row["guest_address"] in coming for row in wanted)
    return {"rows": rows, "failed": by_status[FAIL], "unknown": by_status[UNKNOWN], "settled": settled}


_COMING = ("new", "resetting", "connecting")
"""States of a controller that Linux is about to use."""


def _is_coming(device: Facts) -> bool:
    """A guest shows a drive before its driver has it."""
    told = device.get("health")
    health = DriveHealth.from_dict(told) if isinstance(told, Mapping) else DriveHealth()
    if health.told or health.controller:
        return health.controller in _COMING and not health.told
    return device.get("driver") in (None, "nvme")


def _handed_on(drive: Facts, told: Facts | None, others: Sequence[Facts], asked: bool) -> dict[str, Any]:
    """:param others: of the guest's drives, those of which nobody can tell which they are."""
    row = dict(told) if told else dict.fromkeys(("path", "serial", "model", "firmware"), None)
    if told is None:
        row.update(_not_told_apart(others) if asked else _unknown("its guest is not asked"))
    elif told["status"] == NOT_APPLICABLE:
        row.update(_unknown("its guest did not ask it"))
    row.update({name: drive[name] for name in ("address", "name", "host", "vm")})
    row["serial"] = row["serial"] or drive["serial"]
    return {**row, "text": _sentence(row)}


def _unknown(why: str) -> dict[str, Any]:
    return {"status": UNKNOWN, "rows": [], "reasons": [why]}


def _not_told_apart(others: Sequence[Facts]) -> dict[str, Any]:
    """Of a drive that may be any of these. Where one of them is failing, it may be that one."""
    failing = [
        f"{row['path'] or row['address']}: {', '.join(row['reasons'])}" for row in others if row["status"] == FAIL
    ]
    why = "nobody can tell which of its guest's drives it is"
    if not failing:
        return _unknown(why)
    reason = f"{why}, and one that it may be is failing ({'; '.join(failing)}); compare serial numbers at the server"
    return {"status": FAIL, "rows": [], "reasons": [reason]}


_IN_WORDS = {
    PASS: "is well by what it tells",
    WARN: "has to be watched",
    FAIL: "is failing",
    UNKNOWN: "is not known to be well",
}


def _sentence(row: Facts) -> str:
    known = (
        row["serial"] and f"serial {row['serial']}",
        row["firmware"] and f"firmware {row['firmware']}",
        row["path"],
    )
    told = ", ".join(text for text in known if text)
    reasons = "; ".join(row["reasons"])
    place = f"{row['name']}{f' ({told})' if told else ''} at {row['host']} {row['address']}, in {row['vm']},"
    how = "may be failing" if row["status"] == FAIL and not row["rows"] else _IN_WORDS[row["status"]]
    return printable(f"{place} {how}{f': {reasons}' if reasons else ''}.")


def _health_row(device: Facts) -> dict[str, Any]:
    told = device.get("health")
    health = DriveHealth.from_dict(told) if isinstance(told, Mapping) else None
    verdicts = judge_health(health)
    paths = [item["path"] for item in device["namespaces"]]
    return {
        "address": device["address"],
        "path": paths[0] if paths else None,
        "serial": device.get("serial"),
        "model": device.get("model"),
        "firmware": health.firmware if health else None,
        "status": min((verdict.status for verdict in verdicts), key=_WORST_FIRST.index),
        "rows": [verdict.as_dict() for verdict in verdicts],
        "reasons": _reasons(verdicts),
    }


def _reasons(verdicts: Sequence[Verdict]) -> list[str]:
    """Each once, as a drive that has not answered has one reason for all rows; worst first."""
    told = [verdict for verdict in verdicts if verdict.status not in (PASS, NOT_APPLICABLE)]
    told.sort(key=lambda verdict: _WORST_FIRST.index(verdict.status))
    return list(dict.fromkeys(str(verdict.evidence) for verdict in told))
