# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line: `python -m guestimage build --to DIR`, `python -m guestimage check [--install]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import GuestImageError, build, install, missing


def check(*, wanted: bool) -> int:
    """Print what is missing to run guests, and install it when asked; the exit code says whether all is there."""
    lacking = missing()
    if lacking and wanted:
        print(f"Installing {', '.join(sorted(set(lacking.values())))}", flush=True)
        install()
        lacking = missing()
    for program, package in lacking.items():
        print(f"{program} is not on this machine; Debian has it in {package}")
    return 1 if lacking else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="guestimage", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    builder = commands.add_parser("build", help="build the image unless it is there, and print its folder")
    builder.add_argument("--to", type=Path, required=True, metavar="DIR", help="where images are kept")
    checker = commands.add_parser("check", help="say what this machine lacks to run guests")
    checker.add_argument("--install", action="store_true", help="install it (Debian, as root)")
    arguments = parser.parse_args()
    try:
        if arguments.command == "build":
            print(build(arguments.to).folder)
            return 0
        return check(wanted=arguments.install)
    except GuestImageError as error:
        print(f"guestimage: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
