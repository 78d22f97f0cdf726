# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of the server: in words that can be told to an operator, and as an error with a code and a remedy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError, one_line

try:
    from pyVmomi import vmodl

    SERVER_FAULT: Any = vmodl.MethodFault
except ImportError:
    SERVER_FAULT = ()

_RUN_AGAIN = "then run the play again"

KNOWN = {
    "NoPermission": (
        "no_permission",
        "Grant the account what is missing on the object that is named; docs/least_privilege.md lists what each "
        "module needs.",
    ),
    "NotAuthenticated": ("session_ended", "Run the play again: it logs in anew and goes on from the state it reads."),
    "HostCommunication": (
        "host_not_connected",
        f"Bring the host back into contact with vCenter (its power, network and management agents), {_RUN_AGAIN}.",
    ),
    "TaskInProgress": (
        "task_in_progress",
        f"Wait until the other task has ended (vSphere lists it under recent tasks), {_RUN_AGAIN}.",
    ),
    "ConcurrentAccess": (
        "changed_meanwhile",
        "Somebody else changed it at the same moment: see who, in vSphere's recent tasks, " + _RUN_AGAIN + ".",
    ),
    "ManagedObjectNotFound": (
        "object_gone",
        f"It was removed, or registered anew, since it was read: look for it in vSphere, {_RUN_AGAIN}.",
    ),
    "InvalidPowerState": ("wrong_power_state", f"Bring it into the power state that is asked for, {_RUN_AGAIN}."),
    "InvalidState": (
        "wrong_state",
        f"See in vSphere what state it is in (maintenance, disconnected, orphaned, suspended), {_RUN_AGAIN}.",
    ),
    "ResourceInUse": ("resource_in_use", f"See in vSphere which VM or service of the host has it, {_RUN_AGAIN}."),
    "MethodDisabled": (
        "method_disabled",
        f"Another program (backup, replication, a solution of vCenter) has blocked it: end its work, {_RUN_AGAIN}.",
    ),
    "RequestCanceled": ("task_cancelled", f"Somebody cancelled the task: see who, in vSphere's tasks, {_RUN_AGAIN}."),
    "NotEnoughLicenses": ("not_licensed", f"Check the licence of the host, {_RUN_AGAIN}."),
    "RestrictedVersion": ("not_licensed", f"Check the licence of the host, {_RUN_AGAIN}."),
}
"""Faults that mean the same whatever was asked for: API name -> error code, remedy. A subtype counts as its parent,
unless it has a row of its own."""


def as_error(
    fault: Exception,
    what: str,
    code: str = "vsphere_fault",
    remedy: str = "Look at the recent tasks and events in vSphere, then run the play again.",
    **subject: str | None,
) -> DirectPathError:
    """A fault as a failure that an operator can act on.

    :param what: which request of which object failed, as the start of a sentence: ``Hot-add of 0000:d9:00.0 to VM
        vm-01 on host esxi-01 failed``.
    :param code: for a fault that does not speak for itself (see ``KNOWN``); so is ``remedy``.
    :param subject: ``host``, ``vm``, ``device`` and ``requirement`` of the failure.
    """
    for name in (_api_name(base) for base in type(fault).__mro__):
        if name in KNOWN:
            code, remedy = KNOWN[name]
            break
    return DirectPathError(f"{what}: {describe_fault(fault)}.", code, fault=fault_name(fault), remedy=remedy, **subject)


def describe_fault(fault: Exception) -> str:
    """``Type: texts [keys]`` of a vSphere fault: its own message, those of its faultMessage list, which hold the real
    reason, and of the faults that it wraps. The keys are what VMware's knowledge base is searched by."""
    texts, keys = [], []
    for each in _chain(fault):
        name = fault_name(each)
        if each is not fault:
            texts.append(f"Cause: {name}.")
        text = one_line(getattr(each, "msg", None) or "")
        # Some servers have no words but the type's own name.
        texts += [text] if text not in (name, type(each).__name__) else []
        for message in getattr(each, "faultMessage", None) or []:
            texts.append(one_line(message.message or ""))
            keys.append(one_line(message.key or ""))
        texts += _details(each)
    # Messages end a sentence with it.
    words = " ".join(text for text in dict.fromkeys(texts) if text).rstrip(".")
    listed = ", ".join(key for key in dict.fromkeys(keys) if key)
    return fault_name(fault) + (f": {words}" if words else "") + (f" [{listed}]" if listed else "")


def fault_name(fault: Exception) -> str:
    """The API's name of a fault type: pyVmomi's ``vim.fault.HostConfigFault`` is ``HostConfigFault``."""
    return _api_name(type(fault))


def why_unreadable(fault: Exception) -> str:
    """Why a property could not be read, for ``missingSet``: the fault, and the privilege that was lacking."""
    lacking = sorted({one_line(name) for name in _lacking(fault)})
    return fault_name(fault) + (f", the account lacks {' and '.join(lacking)}" if lacking else "")


def unforeseen(fault: Exception, who: str, host: str | None = None) -> DirectPathError:
    """A fault that no code below expected: pass on what was said, without a traceback.

    :param who: the server or host that refused.
    """
    return as_error(fault, f"{who} refused", host=host)


def _api_name(fault_type: type) -> str:
    return fault_type.__name__.rsplit(".", 1)[-1]


def _chain(fault: Exception) -> Iterator[Any]:
    """A fault, its faultCause, and so on; bounded, because a server that is out of order may say anything."""
    each: Any = fault
    for _depth in range(5):
        if each is None:
            return
        yield each
        each = getattr(each, "faultCause", None)


def _lacking(fault: Any) -> Iterator[str]:
    """The privileges that a NoPermission names: one, or from API 7.0.3.2 on a list for each object."""
    one = getattr(fault, "privilegeId", None)
    if one:
        yield one
    for entry in getattr(fault, "missingPrivileges", None) or []:
        yield from entry.privilegeIds


def _details(fault: Any) -> Iterator[str]:
    """What some faults know besides their message."""
    privilege = getattr(fault, "privilegeId", None)
    on = f" on {fault.object._moId}" if getattr(fault, "object", None) is not None else ""
    if privilege:
        yield f"The privilege {privilege} is missing{on}."
    wanted, found = getattr(fault, "requestedState", None), getattr(fault, "existingState", None)
    if wanted and found:
        yield f"It is {found}, and {wanted} is needed."
    argument = getattr(fault, "invalidProperty", None)
    if argument:
        yield f"Property: {argument}."
