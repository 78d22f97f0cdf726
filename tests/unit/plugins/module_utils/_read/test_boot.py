# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading one VMkernel setting by its exact name."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._read.boot import read_setting
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import CliFault


def row(name: str) -> dict[str, str]:
    return {"Name": name, "Type": "uint32", "Configured": "4096", "Runtime": "1024", "Default": "1024"}


class Cli:
    """esxcli that knows some settings; asked for one by name, it answers as told."""

    def __init__(self, *names: str, answer: list[dict[str, str]] | CliFault | None = None) -> None:
        self.rows = [row(name) for name in names]
        self.answer = answer
        self.asked: list[Any] = []

    def call(self, namespace: str, method: str, arguments: Any = None) -> list[dict[str, str]]:
        assert (namespace, method) == ("system.settings.kernel", "list")
        self.asked.append(arguments)
        if arguments is None:
            return self.rows
        if isinstance(self.answer, CliFault):
            raise self.answer
        return (
            [item for item in self.rows if item["Name"] == arguments["option"]] if self.answer is None else self.answer
        )


def read(cli: Any, name: str) -> Any:
    return read_setting(cli, name, "esxi-01")


def test_a_setting_costs_one_call() -> None:
    cli = Cli("maxIntrCookies", "enablePCIEHotplug")
    found = read(cli, "maxIntrCookies")
    assert (found.name, found.configured, found.runtime, found.pending) == ("maxIntrCookies", "4096", "1024", True)
    assert cli.asked == [{"option": "maxIntrCookies"}]


@pytest.mark.parametrize(
    "answer", [[], CliFault("Unknown option."), [row("maxIntrCookiesOfAnother")]], ids=["none", "fault", "another"]
)
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("maxIntrCookie", " The closest are maxIntrCookies."),
        ("MAXINTRCOOKIES", " The closest are maxIntrCookies."),
        ("zzz", "no VMkernel setting zzz. Correct the name"),
    ],
)
def test_an_unknown_name_is_refused_naming_the_closest(name: str, hint: str, answer: Any) -> None:
    with pytest.raises(DirectPathError) as caught:
        read(Cli("maxIntrCookies", "enablePCIEHotplug", answer=answer), name)
    assert (caught.value.code, caught.value.host) == ("unknown_setting", "esxi-01")
    assert hint in str(caught.value)
