"""Running one probe of a smoke."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from platformctl.adapters.probing import Prober
from platformctl.smoke.agenda import Planned
from platformctl.smoke.finding import Tally


@task(task_run_name="probe {planned.name}", cache_policy=NO_CACHE, persist_result=False)
def run_probe(prober: Prober, planned: Planned) -> Tally:
    """Run a probe. It tries again by itself: how often, and what then counts, is a part of what it finds."""
    return prober.run(planned)
