# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The edge: the only code that knows AnsibleModule's exit_json and fail_json."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.directpath.nvme.plugins.module_utils._arguments import ArgumentSpec, connection_spec
from ansible_collections.directpath.nvme.plugins.module_utils._errors import (
    DirectPathError,
    describe_fault,
    fault_name,
)
from ansible_collections.directpath.nvme.plugins.module_utils._session import Session, validate_certs_warning

try:
    from pyVmomi import vmodl

    SERVER_FAULT: Any = vmodl.MethodFault
except ImportError:
    SERVER_FAULT = ()


@dataclass(frozen=True)
class Outcome:
    """What an operation did, or in check mode would do.

    ``result`` is what the module returns, ``changed`` among it.
    ``before`` and ``after`` are the two sides of the diff: plain data, equal when nothing changes. A module that only
    reads has none.
    """

    result: dict[str, Any]
    before: Any = None
    after: Any = None
    warnings: list[str] = field(default_factory=list)


Operation = Callable[[Session, dict[str, Any], bool], Outcome]
"""An operation gets the session, the module's arguments and whether this is check mode."""


def run(operation: Operation, argument_spec: ArgumentSpec, **constraints: Any) -> None:
    """Run one module: parse arguments, log in, operate, and end as Ansible expects.

    :param constraints: mutually_exclusive, required_one_of and the like, passed on to AnsibleModule.
    """
    module = AnsibleModule({**connection_spec(), **argument_spec}, supports_check_mode=True, **constraints)
    warnings = validate_certs_warning(module.params)
    failure: DirectPathError | None = None
    try:
        outcome = operation(Session(module.params), module.params, module.check_mode)
    except DirectPathError as error:
        failure = error
    except SERVER_FAULT as fault:
        failure = unforeseen(fault, module.params["hostname"])
    for warning in warnings:
        module.warn(warning)
    if failure is not None:
        module.fail_json(msg=str(failure), error=failure.fields(), **{"changed": False, **failure.result})
    for warning in outcome.warnings:
        module.warn(warning)
    diff = {} if outcome.before is None else {"diff": {"before": outcome.before, "after": outcome.after}}
    module.exit_json(**diff, **outcome.result)


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
