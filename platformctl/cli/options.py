"""Options that several verbs share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  its only name


def add_catalog(parser: argparse.ArgumentParser) -> None:
    """Where the catalog and the inventory are."""
    parser.add_argument(
        "--catalog",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="folder that holds modules/ (default: this folder)",
    )
    parser.add_argument(
        "--inventory",
        type=Path,
        metavar="FILE",
        help="the hosts (default: hosts.yaml in the catalog's folder)",
    )


def add_hosts(parser: argparse.ArgumentParser, purpose: str, *, required: bool = False) -> None:
    """Which hosts a verb is about."""
    parser.add_argument(
        "--host",
        nargs="+",
        action="extend",
        default=[] if not required else None,
        required=required,
        metavar="NAME",
        help=purpose,
    )
