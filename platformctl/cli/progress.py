"""A live line on a terminal while hosts are looked at."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from platformctl.observation.snapshot import Snapshot


@contextmanager
def host_progress(hosts: int) -> Iterator[Callable[[Snapshot], None]]:
    """Yield what each finished look is told to. Without a terminal nothing is drawn: a log needs no animation."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("looking at hosts", total=hosts)

        def done(_: Snapshot) -> None:
            if progress.finished:
                progress.update(task, description="looking again", completed=0)
            progress.advance(task)

        yield done
