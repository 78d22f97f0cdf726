# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence of a guest: of which VM, how old, and of a look at everything? No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta, timezone

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestLook, GuestProof
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins, same_uuid
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm

AGAIN = "Run guest_nvme_info as root in the guest of this VM, and pass its result on at once."

NOT_SEEN = "Mend that, then run guest_nvme_info again, as root, in the guest itself, and pass its result on at once."

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Departure:
    """Drives that are to leave a running VM.

    :param on_host: what the host has behind each entry of the VM; nothing for a drive that it has lost (V3).
    :param addresses: of the drives that are to leave.
    :param twins: whose guests may have answered instead.
    """

    vm: Vm
    host: str
    on_host: Mapping[str | None, HostDevice | None]
    addresses: Sequence[str]
    twins: Twins = field(default_factory=Twins)

    def error(self, found: str, code: str, remedy: str, device: str | None = None) -> DirectPathError:
        """A refusal; nothing has been changed by then."""
        return DirectPathError(
            f"{printable(found)} Nothing was changed.",
            code,
            requirement="C3",
            host=self.host,
            vm=self.vm.name,
            device=device or self.addresses[0],
            remedy=remedy,
        )

    def proves_nothing(self, found: str, remedy: str, device: str | None = None) -> DirectPathError:
        """A refusal of evidence, whatever it says of the drives."""
        text = f"The guest evidence for VM {self.vm.name} proves nothing: {found}."
        return self.error(text, "guest_evidence_invalid", remedy, device)


def doubts(departure: Departure, look: GuestLook, proof: GuestProof) -> Iterable[DirectPathError]:
    """Why evidence proves nothing of whatever drive: it is old, of another VM, or of a look that saw only part."""
    age = proof.now.astimezone(timezone.utc) - look.gathered_at
    if abs(age) > timedelta(seconds=proof.max_age):
        yield departure.proves_nothing(
            f"it was gathered at {look.gathered_at.isoformat()}, which is {_distance(age)} (limit {proof.max_age} s)",
            "If it is fresh, the clocks of guest and controller differ: check NTP.",
        )
    seen, actual = look.vm_uuid, departure.vm.uuid
    if not same_uuid(seen, actual):
        found = f"it is of the VM with UUID {seen}, not {actual}" if seen else "it does not say which VM it is of"
        yield departure.proves_nothing(found, AGAIN)
    elif departure.twins.described():
        yield departure.proves_nothing(
            f"{'; '.join(departure.twins.described())}; so the guest of that VM may have answered (UUID {actual})",
            remedy_for_twins(departure.twins),
        )
    if look.not_seen:
        yield departure.proves_nothing(f"the guest could not show {'; '.join(look.not_seen)}", NOT_SEEN)


def remedy_for_twins(twins: Twins) -> str:
    """How it becomes clear whose guest answers."""
    remedies = []
    if twins.names:
        remedies.append("Give the copy a UUID of its own (uuid.bios, while it is off), or power it off.")
    if twins.doubts:
        remedies.append(
            "Make readable what cannot be judged; docs/least_privilege.md says which VMs the account has to see."
        )
    return f"{' '.join(remedies)} Then ask the guest again."


def _distance(age: timedelta) -> str:
    seconds = int(abs(age).total_seconds())
    return f"{seconds} s ago" if age > timedelta(0) else f"{seconds} s in the future"


def printable(text: str) -> str:
    """What would break a message of one line, written out; names in guests may have any of it."""
    return _CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", text)
