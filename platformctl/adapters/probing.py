"""Running the probes of a smoke: each until it has passed, or until its tries have proven that it does not."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

from platformctl.adapters.probing_http import Asking
from platformctl.adapters.probing_stream import Dial, Stream, dial_from_here
from platformctl.catalog.probe import TcpCheck
from platformctl.errors import LookFailed
from platformctl.observe.transport import Transport
from platformctl.render.printable import one_line, printable
from platformctl.smoke.agenda import Planned
from platformctl.smoke.answer import judge_greeting, judge_http
from platformctl.smoke.finding import Finding, ProbeEnded, Tally
from platformctl.smoke.outcome import ProbeReason

PAUSE_S: Final = 2.0
MAX_PAUSE_S: Final = 10.0
"""The first pause between two tries, and the longest: each is twice the one before, for what passes by itself."""


@dataclass(frozen=True, slots=True)
class Prober:
    """What probes need of a run: the ways to the hosts, and the folder that files of the catalog lie in."""

    transports: Mapping[str, Transport]
    base: Path
    pause_s: float = PAUSE_S

    def run(self, planned: Planned) -> Tally:
        """Run a probe over HTTP or TCP."""
        tally = self._again(planned, Tally(planned.probe.tries))
        while not tally.decided:
            time.sleep(min(self.pause_s * 2 ** (len(tally.findings) - 1), MAX_PAUSE_S))
            tally = self._again(planned, tally)
        return tally

    def _again(self, planned: Planned, tally: Tally) -> Tally:
        begun = monotonic()
        found = self._try(planned)
        finding = Finding(found.reason, printable(found.message))
        return tally.plus(finding, round((monotonic() - begun) * 1000))

    def _try(self, planned: Planned) -> Finding:
        try:
            with self._way(planned) as dial:
                # What ends a probe is no fault of the connection that carries it, which the next one takes.
                return _found(planned, dial, self.base)
        except ProbeEnded as ended:
            return ended.finding
        except LookFailed as error:
            return Finding(ProbeReason.HOST_UNREACHED, str(error))
        except Exception as error:  # noqa: BLE001  a bug may not accuse a service
            return Finding(ProbeReason.PROBER_FAILED, type(error).__name__)

    @contextmanager
    def _way(self, planned: Planned) -> Iterator[Dial]:
        if planned.origin == "worker":
            yield dial_from_here
            return
        from platformctl.adapters.probing_channel import dial_from_host
        from platformctl.adapters.ssh import SshTransport

        transport = self.transports[planned.module.host]
        if not isinstance(transport, SshTransport):
            message = f"{planned.module.host}: from: host needs transport: ssh; where the worker is on the host, "
            raise ProbeEnded(Finding(ProbeReason.NO_WAY, f"{message}declare from: worker"))
        with transport.link() as link:
            yield partial(dial_from_host, link)


def _found(planned: Planned, dial: Dial, base: Path) -> Finding:
    try:
        return _asked(planned, dial, base)
    except ProbeEnded as ended:
        return ended.finding


def _asked(planned: Planned, dial: Dial, base: Path) -> Finding:
    probe = planned.probe
    if probe.http:
        answer = Asking(probe.http, dial, probe.timeout, base).answer()
        return judge_http(probe.http, answer, datetime.now(UTC))
    if probe.tcp:
        return _connected(probe.tcp, dial, probe.timeout)
    return Finding(ProbeReason.PROBER_FAILED, f"{planned.kind}: this is no question to a port")


def _connected(check: TcpCheck, dial: Dial, seconds: float) -> Finding:
    wanted = (check.greeting or "").encode()
    with dial(check.target, seconds) as stream:
        try:
            greeting = _received(stream, len(wanted))
        except TimeoutError:
            message = f"{check.target}: no greeting within {seconds:g} s"
            return Finding(ProbeReason.NO_ANSWER, message)
        except OSError as error:
            return Finding(ProbeReason.BROKEN_OFF, f"{check.target}: {one_line(error)}")
    if check.greeting and not greeting:
        return Finding(ProbeReason.BROKEN_OFF, f"{check.target}: the connection was closed without a greeting")
    return judge_greeting(check.greeting, greeting)


def _received(stream: Stream, size: int) -> bytes:
    """Return so many bytes, or fewer where no more come."""
    received = b""
    while len(received) < size and (chunk := stream.recv(size - len(received))):
        received += chunk
    return received
