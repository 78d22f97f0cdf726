# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of the server, in words that can be told to an operator."""

from __future__ import annotations

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError, one_line

try:
    from pyVmomi import vmodl

    SERVER_FAULT: Any = vmodl.MethodFault
except ImportError:
    SERVER_FAULT = ()


def describe_fault(fault: Exception) -> str:
    """``Type: text`` of a vSphere fault, with the texts of its faultMessage list, which hold the real reason."""
    texts = [getattr(fault, "msg", None) or ""]
    texts += [message.message or message.key for message in getattr(fault, "faultMessage", None) or []]
    privilege = getattr(fault, "privilegeId", None)
    if privilege:
        texts.append(f"The privilege {privilege} is missing.")
    unique = [text for text in dict.fromkeys(one_line(text) for text in texts) if text not in ("", fault_name(fault))]
    text = f"{fault_name(fault)}: {' '.join(unique)}" if unique else fault_name(fault)
    # Messages end a sentence with it.
    return text.rstrip(".")


def fault_name(fault: Exception) -> str:
    """The API's name of a fault type: pyVmomi's ``vim.fault.HostConfigFault`` is ``HostConfigFault``."""
    return type(fault).__name__.rsplit(".", 1)[-1]


def unforeseen(fault: Exception, who: str, host: str | None = None) -> DirectPathError:
    """A fault that no code below expected: pass on what was said, without a traceback.

    :param who: the server or host that refused.
    """
    if fault_name(fault) == "NoPermission":
        privilege = getattr(fault, "privilegeId", None) or "unknown"
        return DirectPathError(
            f"The account may not do this on {who}: the privilege {privilege} is missing.",
            "no_permission",
            host=host,
            fault="NoPermission",
            remedy="Grant it on the object; docs/least_privilege.md lists what each module needs.",
        )
    return DirectPathError(
        f"{who} refused: {describe_fault(fault)}.",
        "vsphere_fault",
        host=host,
        fault=fault_name(fault),
        remedy="Look at the recent tasks and events in vSphere, then run the play again.",
    )
