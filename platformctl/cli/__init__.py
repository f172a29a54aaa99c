"""The command line. Verbs load what they need when they run, so that help stays quick."""

from __future__ import annotations

import argparse
import signal
import traceback
from typing import TYPE_CHECKING, Final, NoReturn

from platformctl import __version__
from platformctl.cli.output import end_output, say
from platformctl.errors import LookFailed, PlatformctlError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

UNUSABLE_INPUT: Final = 2
INCONCLUSIVE: Final = 3
INTERRUPTED: Final = 130
"""128 and the number of SIGINT, as shells count it."""

_EPILOG: Final = """exit codes of plan, smoke and explain; other verbs say theirs in their help:
  0  in-sync       every module is proven to be as declared
  1  drift         at least one module is proven to differ
  2  unusable      the catalog, the inventory or the command line; nothing was concluded
  3  inconclusive  something could not be looked at or proven, and no drift is proven
130  stopped       by Ctrl-C or SIGTERM; nothing was concluded

environment:
  PLATFORMCTL_STORE   where plans are kept
  NO_COLOR            not empty: no colours, also on a terminal
  FORCE_COLOR         neither empty nor 0: colours, also where there is no terminal, such as the log of a CI

first steps:
  platformctl import --host NAME   declare what runs now on a host of hosts.yaml
  platformctl plan                 compare
  platformctl explain MODULE       say why a verdict is what it is
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code. Without arguments it is the process's own, and ends as it does."""
    if arguments is None:
        # Who stops a service or a job means the same as who presses Ctrl-C: what runs on the hosts is ended too.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        options = _parser().parse_args(arguments)
        return guarded(lambda: options.run(options))
    finally:
        end_output()


def guarded(run: Callable[[], int]) -> int:
    """Run a verb and turn every error into its exit code: a crash must not read as drift, which is 1."""
    try:
        return run()
    except LookFailed as error:
        say(str(error))
        return INCONCLUSIVE
    except PlatformctlError as error:
        say(str(error))
        return UNUSABLE_INPUT
    except KeyboardInterrupt:
        say("stopped; nothing was concluded")
        return INTERRUPTED
    except Exception:  # noqa: BLE001  whatever it is, the user gets a sentence and an exit code that accuses no host
        say(traceback.format_exc().rstrip())
        say("nothing was concluded: this is a bug in platformctl; please report the lines above")
        return INCONCLUSIVE


class _Parser(argparse.ArgumentParser):
    """Says what is wrong, and where help is, in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(UNUSABLE_INPUT, f"{self.prog}: {message}; try '{self.prog} --help'\n")


def _parser() -> argparse.ArgumentParser:
    from platformctl.cli import (
        doctor_verb,
        explain_verb,
        history_verb,
        host_agent_verb,
        import_verb,
        lock_verb,
        notify_verb,
        observe_verb,
        plan_verb,
        rerun_verb,
        scope_verb,
        smoke_verb,
        webhook_verb,
    )

    parser = _Parser(
        prog="platformctl",
        description="Tell whether what runs on a fleet of Docker hosts is what a git catalog declares. It only reads.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"platformctl {__version__}")
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    for verb in (
        plan_verb,
        explain_verb,
        smoke_verb,
        history_verb,
        lock_verb,
        import_verb,
        observe_verb,
        doctor_verb,
        host_agent_verb,
        notify_verb,
        rerun_verb,
        scope_verb,
        webhook_verb,
    ):
        verb.add(verbs)
    return parser
