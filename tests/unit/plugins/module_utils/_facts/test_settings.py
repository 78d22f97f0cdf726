# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting, whole_number


def setting(kind: str, configured: str = "0", runtime: str = "0") -> KernelSetting:
    return KernelSetting("name", kind, configured, runtime, "0")


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("Bool", "TRUE", True),
        ("Bool", " false ", False),
        ("bool", "True", True),
        ("uint8", "255", 255),
        ("uint32", "0x70", 112),
        ("int8", "-128", -128),
        ("Int64", "9223372036854775807", 2**63 - 1),
        ("uint64", "18446744073709551615", 2**64 - 1),
        ("String", " as it is ", " as it is "),
        # A type that nobody has met is text.
        ("int128", "7", "7"),
    ],
)
def test_texts_of_esxcli_become_values(kind: str, text: str, value: bool | int | str) -> None:
    found = setting(kind).value_of(text)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("Bool", "1", "TRUE or FALSE"),
        ("Bool", "", "TRUE or FALSE"),
        ("uint8", "256", "from 0 to 255"),
        ("uint8", "-1", "from 0 to 255"),
        ("int16", "32768", "from -32768 to 32767"),
        ("uint32", "many", "a whole number"),
        ("uint32", "1.5", "a whole number"),
        ("uint32", "", "a whole number"),
    ],
)
def test_what_is_no_value_of_the_type(kind: str, text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        setting(kind).value_of(text)


@pytest.mark.parametrize(
    ("kind", "configured", "runtime", "pending"),
    [
        ("uint32", "4096", "1024", True),
        ("uint32", "0x1000", "4096", False),
        ("Bool", "true", "TRUE", False),
        ("String", "a", "A", True),
        # It cannot be set, so that no reboot changes it.
        ("String", "", "2a4b4340", False),
    ],
)
def test_values_are_compared_not_spellings(kind: str, configured: str, runtime: str, pending: bool) -> None:
    assert setting(kind, configured, runtime).pending is pending


@pytest.mark.parametrize(("text", "fits"), [("1", False), ("2", True), ("4", True), ("5", False)])
def test_bounds_belong_to_the_range(text: str, fits: bool) -> None:
    if fits:
        assert whole_number(text, 2, 4) == int(text)
    else:
        with pytest.raises(ValueError, match="from 2 to 4"):
            whole_number(text, 2, 4)
