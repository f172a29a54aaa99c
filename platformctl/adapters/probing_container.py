"""Watching the containers of one host: from look to look, until each is proven to be steady, or not to be."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from time import monotonic

from platformctl.observation.snapshot import Snapshot
from platformctl.render.printable import printable
from platformctl.smoke.agenda import Key, Planned
from platformctl.smoke.finding import Finding, Tally
from platformctl.smoke.outcome import ProbeReason
from platformctl.smoke.steadiness import judge_container


def watch(
    planned: Sequence[Planned], before: Snapshot, begun_s: float, look: Callable[[], Snapshot]
) -> Mapping[Key, Tally]:
    """Run the container probes of a host: one look for all of them at the end of each window.

    Args:
        planned: the probes, all of modules of this host.
        before: what the last look at the host showed.
        begun_s: when that look was over, by the monotonic clock.
        look: looks at the host again.
    """
    tallies = {one.key: Tally(one.probe.tries) for one in planned}
    while undecided := [one for one in planned if not tallies[one.key].decided]:
        time.sleep(max(0.0, begun_s + _window_s(undecided) - monotonic()))
        after = look()
        elapsed_ms = round((monotonic() - begun_s) * 1000)
        for one in undecided:
            if check := one.probe.container:
                found = judge_container(one.module, check, before, after)
                finding = Finding(found.reason, printable(found.message))
                tallies[one.key] = tallies[one.key].plus(finding, elapsed_ms)
        if after.failure is None:
            before = after
        begun_s = monotonic()
    return tallies


def _window_s(planned: Sequence[Planned]) -> float:
    return max(one.probe.container.stable_for for one in planned if one.probe.container)


def unwatchable(planned: Sequence[Planned]) -> Mapping[Key, Tally]:
    """Say that a recording shows no time passing."""
    finding = Finding(ProbeReason.RECORDED_HOST, "transport: snapshot shows what was, not what is")
    return {one.key: Tally(one.probe.tries).plus(finding, 0) for one in planned}
