"""`platformctl host-agent`: what a host needs so that it lets us look, and no more."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from platformctl.cli.options import path
from platformctl.cli.output import say, show

if TYPE_CHECKING:
    from platformctl.cli.options import Verbs

_KEY_BYTES: Final = 65536


def add(verbs: Verbs) -> None:
    """Declare the verb, what it prints, and the options of each."""
    parser = verbs.add_parser(
        "host-agent",
        help="print what a host needs so that it lets us look, and no more",
        description="Print the other end of the read-only promise, made from the same table as the questions: "
        "docs/read-only.md says how each is installed and checked.",
    )
    parts = parser.add_subparsers(title="what to print", required=True, metavar="PART")
    _add_script(parts)
    _add_authorized_key(parts)
    _add_proxy_rules(parts)


def _add_script(parts: Verbs) -> None:
    parser = parts.add_parser("script", help="the forced command that answers our questions and refuses the rest")
    parser.add_argument(
        "--socket",
        metavar="PATH",
        help="the engine's socket on the host (default: /var/run/docker.sock; podman: /run/podman/podman.sock)",
    )
    parser.set_defaults(run=_script)


def _add_authorized_key(parts: Verbs) -> None:
    parser = parts.add_parser("authorized-key", help="the line of authorized_keys that ties a key to the script")
    parser.add_argument("--key", type=path, required=True, metavar="FILE.pub", help="the public key that is to be tied")
    parser.add_argument("--agent", metavar="PATH", help="the script (default: /usr/local/bin/platformctl-agent)")
    parser.add_argument(
        "--permit",
        nargs="+",
        action="extend",
        default=[],
        metavar="ADDRESS:PORT",
        help="what a probe may reach through the host (default: nothing is forwarded)",
    )
    parser.add_argument(
        "--catalog", type=path, metavar="DIR", help="permit also what the probes of this catalog ask from --host"
    )
    parser.add_argument("--inventory", type=path, metavar="FILE", help="the catalog's hosts (default: its hosts.yaml)")
    parser.add_argument("--host", default="", metavar="NAME", help="the host that the key is for; with --catalog")
    parser.add_argument(
        "--from",
        dest="clients",
        default="",
        metavar="PATTERNS",
        help="addresses that the key may come from, as sshd's from= has them (default: any)",
    )
    parser.add_argument(
        "--expires", default="", metavar="YYYYMMDD", help="from when on the key is refused (default: never)"
    )
    parser.set_defaults(run=_authorized_key)


def _add_proxy_rules(parts: Verbs) -> None:
    parser = parts.add_parser("proxy-rules", help="the rules of a proxy that filters the engine's socket")
    parser.add_argument(
        "--format",
        choices=["generic", "socket-proxy"],
        default="generic",
        help="method, tab and pattern (default), or the option of wollomatic/socket-proxy",
    )
    parser.set_defaults(run=_proxy_rules)


def _script(options: argparse.Namespace) -> int:
    from importlib import resources

    from platformctl.observe.host_agent import SOCKET, script

    template = resources.files("platformctl.observe").joinpath("host_agent.sh").read_text("utf-8")
    show(script(template, SOCKET if options.socket is None else options.socket))
    return 0


def _authorized_key(options: argparse.Namespace) -> int:
    from platformctl.adapters.file import read_bounded
    from platformctl.observe.authorized_key import AGENT_PATH, Restrictions, authorized_key

    agent = AGENT_PATH if options.agent is None else options.agent
    permit = tuple(dict.fromkeys((*options.permit, *_probed(options))))
    restrictions = Restrictions(agent, permit, options.clients, options.expires)
    show(authorized_key(str(options.key), read_bounded(options.key, str(options.key), _KEY_BYTES), restrictions))
    if permit:
        say("also close the forwarding of unix sockets for this account in sshd_config: docs/read-only.md says how")
    return 0


def _probed(options: argparse.Namespace) -> tuple[str, ...]:
    """Return what the probes of a catalog connect to from the host."""
    from platformctl.errors import InputInvalid, Problem

    if bool(options.host) != bool(options.catalog):
        raise InputInvalid(
            [Problem("", 0, "--catalog and --host go together: which host's probes are to be permitted?")]
        )
    if not options.catalog:
        return ()
    from platformctl.adapters.catalog_folder import load_catalog
    from platformctl.plan.selection import select_hosts
    from platformctl.smoke.agenda import targets

    catalog = load_catalog(options.catalog, options.inventory)
    (host,) = select_hosts(catalog.hosts, (options.host,))
    found = tuple(str(target) for target in targets(catalog, host.name))
    if not found:
        say(f"no probe of the catalog is asked from {host.name}: nothing is permitted for it")
    return found


def _proxy_rules(options: argparse.Namespace) -> int:
    from platformctl.observe.proxy_rules import generic, socket_proxy

    show(generic() if options.format == "generic" else socket_proxy())
    return 0
