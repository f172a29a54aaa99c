"""Looking at many hosts at once, with retries for what can pass by itself."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from platformctl.catalog.catalog import NamedHost
from platformctl.catalog.inventory import DockerHost, SnapshotHost, SshHost
from platformctl.errors import Failure
from platformctl.observation.host import Attempt
from platformctl.observation.snapshot import Snapshot
from platformctl.observe.transport import Transport
from platformctl.reason import Reason

MAX_CONCURRENT: Final = 32


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a look is tried, and the seconds before the second try; they double each time, with jitter."""

    tries: int = 3
    delay_s: float = 1.0


def transport_for(host: NamedHost, base: Path) -> Transport:
    """Return the way to look at a host; `base` is the folder that a snapshot's path starts from.

    The libraries are loaded with the transport that needs them, so that reading a snapshot stays quick.
    """
    match host.entry:
        case SshHost():
            from platformctl.adapters.ssh import SshTransport

            return SshTransport(host.name, host.entry)
        case DockerHost():
            from platformctl.adapters.docker_api import DockerTransport

            return DockerTransport(host.name, host.entry)
        case SnapshotHost():
            from platformctl.adapters.snapshot_folder import SnapshotTransport

            return SnapshotTransport(host.name, base / Path(host.entry.path).expanduser())


def observe_fleet(
    transports: Mapping[str, Transport],
    retry: Retry,
    *,
    again: bool = False,
    done: Callable[[Snapshot], None] = lambda _: None,
) -> tuple[Snapshot, ...]:
    """Look at every host, many at a time. `done` hears of each as it is finished. Sorted by host."""
    if not transports:
        return ()
    pool = ThreadPoolExecutor(max_workers=min(MAX_CONCURRENT, len(transports)))
    try:
        futures = [pool.submit(observe_host, name, way, retry, again=again) for name, way in transports.items()]
        for future in as_completed(futures):
            done(future.result())
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # who is stopped waits for no host that was not begun
    return tuple(sorted((future.result() for future in futures), key=lambda snapshot: snapshot.host))


def observe_host(name: str, transport: Transport, retry: Retry, *, again: bool = False) -> Snapshot:
    """Look at one host until it answers, fails for a reason that stays, or the tries are used up."""
    snapshot = look_once(name, transport, again=again)
    while may_pass(snapshot) and snapshot.attempt.tries < retry.tries:
        time.sleep(retry.delay_s * 2 ** (snapshot.attempt.tries - 1) * random.uniform(0.5, 1.5))  # noqa: S311  jitter is no secret
        snapshot = continued(snapshot.attempt, look_once(name, transport, again=again))
    return snapshot


def look_once(name: str, transport: Transport, *, again: bool = False) -> Snapshot:
    """Look once. An error of the observer itself becomes a value too: it may not take the other hosts with it."""
    try:
        return transport.look(again=again)
    except Exception as error:  # noqa: BLE001  see above
        failure = Failure(Reason.OBSERVER_FAILED, f"{type(error).__name__}; this is a bug in platformctl")
        return Snapshot(name, "", None, (), (), (), failure, None, Attempt(1, 0, ()))


def may_pass(snapshot: Snapshot) -> bool:
    """Tell whether the host may answer when it is asked again."""
    return snapshot.failure is not None and snapshot.failure.reason.retryable


def continued(earlier: Attempt, snapshot: Snapshot) -> Snapshot:
    """Count the tries, and keep the commands that earlier ones sent."""
    tries = earlier.tries + snapshot.attempt.tries
    commands = (*earlier.commands, *snapshot.attempt.commands)
    return replace(snapshot, attempt=replace(snapshot.attempt, tries=tries, commands=commands))
