"""`platformctl webhook`: receive deliveries of forges."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from platformctl.cli.options import add_repositories, add_store
from platformctl.cli.output import say
from platformctl.errors import InputInvalid, Problem

if TYPE_CHECKING:
    from platformctl.adapters.receiving import Followed
    from platformctl.cli.options import Verbs

_PER_MINUTE: Final = 300
_MOST: Final = 1_000_000


def add(verbs: Verbs) -> None:
    """Declare the verb and its options."""
    parser = verbs.add_parser(
        "webhook",
        help="receive what forges deliver about merges",
        description="Receive deliveries at POST /merges/NAME, check whom they come from, and queue one run for each "
        "merge at the Prefect server that PREFECT_API_URL names. Runs until SIGTERM or Ctrl-C.",
    )
    add_repositories(parser)
    add_store(parser)
    parser.add_argument(
        "--listen",
        default="127.0.0.1:4300",
        metavar="ADDRESS",
        help="ADDRESS:PORT or unix:/path to listen on; a proxy with TLS belongs in front (default: 127.0.0.1:4300)",
    )
    parser.add_argument(
        "--per-minute",
        type=_count,
        default=_PER_MINUTE,
        metavar="COUNT",
        help=f"deliveries that one address may send about one repository in a minute (default: {_PER_MINUTE})",
    )
    parser.set_defaults(run=_run)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:10]) <= _MOST:
        raise argparse.ArgumentTypeError(f"{text!r} should be a number from 1 to {_MOST}")
    return int(text)


def _run(options: argparse.Namespace) -> int:
    from platformctl.adapters.prefect_api import prefect_server
    from platformctl.adapters.receiving_server import listening, serve
    from platformctl.adapters.store import chosen_store
    from platformctl.adapters.webhook import Settings

    store = chosen_store(options.store)
    store.check()
    settings = Settings(_followed(options.repositories), prefect_server(), store.root, options.per_minute)
    with listening(options.listen) as listener:
        serve(settings, listener, lambda where: say(f"listening on {where}"))
    return 0


def _followed(path: Path) -> dict[str, Followed]:
    """Return the repositories that deliveries are accepted for: those with a secret."""
    from platformctl.adapters.receiving import Followed
    from platformctl.adapters.receiving_secret import SecretFile
    from platformctl.adapters.repositories_file import load_repositories

    named = load_repositories(path).repositories
    if not any(each.secret_file for each in named.values()):
        raise InputInvalid([Problem(str(path), 0, "no repository has a secret_file, so no delivery can be accepted")])
    return {
        name: Followed(name, each, SecretFile(each.secret_file, path.parent) if each.secret_file else None)
        for name, each in named.items()
    }
