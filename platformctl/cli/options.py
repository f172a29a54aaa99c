"""Options that several verbs share."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill as wrap
from typing import TypeAlias

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  its only name


class Help(argparse.RawDescriptionHelpFormatter):
    """Wraps a description to the terminal, and leaves an epilog of several lines as it was written."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        whole = text if "\n" in text else wrap(text, width)
        return super()._fill_text(whole, width, indent)


def add_verb(verbs: Verbs, name: str, purpose: str, description: str, epilog: str) -> argparse.ArgumentParser:
    """Declare a verb; its epilog has examples and exit codes."""
    return verbs.add_parser(name, help=purpose, description=description, epilog=epilog, formatter_class=Help)


def path(text: str) -> Path:
    """Read the name of a file or folder. An empty one is a variable that is not set, and would be this folder."""
    if not text:
        raise argparse.ArgumentTypeError("should name a file or folder, and is empty")
    return Path(text)


def _file(text: str) -> Path:
    """Read the name of a file that is to be written: what cannot be one is said before any host is looked at."""
    if path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is a folder, and should be a file")
    return path(text)


def add_output(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    """In which form a result is, and where it goes."""
    parser.add_argument("--format", choices=formats, default="text", help="form of the output (default: text)")
    parser.add_argument(
        "--out", type=_file, metavar="FILE", help="write it to FILE, whole or not at all, instead of printing it"
    )


def add_catalog(parser: argparse.ArgumentParser) -> None:
    """Where the catalog and the inventory are."""
    parser.add_argument(
        "--catalog",
        type=path,
        default=Path(),
        metavar="DIR",
        help="folder that holds modules/ (default: this folder)",
    )
    parser.add_argument(
        "--inventory",
        type=path,
        metavar="FILE",
        help="the hosts (default: hosts.yaml in the catalog's folder)",
    )


def add_modules(parser: argparse.ArgumentParser, purpose: str) -> None:
    """Which modules a verb is about."""
    parser.add_argument("--module", nargs="+", action="extend", default=[], metavar="NAME", help=purpose)


def add_store(parser: argparse.ArgumentParser) -> None:
    """Where plans, and what registries answered, are kept."""
    parser.add_argument(
        "--store",
        type=path,
        metavar="DIR",
        help="where plans are kept (default: $PLATFORMCTL_STORE or the user's state folder)",
    )


def add_repositories(parser: argparse.ArgumentParser) -> None:
    """Where the repositories are named that are followed."""
    parser.add_argument(
        "--repositories",
        type=path,
        default=Path("repositories.yaml"),
        metavar="FILE",
        help="the repositories whose merges are followed (default: repositories.yaml)",
    )


def add_looking(parser: argparse.ArgumentParser) -> None:
    """What a plan may ask besides the hosts, and what it reads instead of them."""
    parser.add_argument(
        "--snapshot",
        type=path,
        metavar="DIR",
        help="read snapshots, one folder for each host as observe writes them, instead of the hosts",
    )
    add_offline(parser, "what neither lock nor store tells stays inconclusive")


def add_offline(parser: argparse.ArgumentParser, consequence: str) -> None:
    """Whether registries may be asked."""
    parser.add_argument("--offline", action="store_true", help=f"ask no registry; {consequence}")


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
