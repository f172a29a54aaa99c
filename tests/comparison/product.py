"""What platformctl says of a recording, by one look: with what the registry answered then, and with the lock alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from platformctl.adapters.answers import read_answers
from platformctl.adapters.catalog_folder import load_catalog
from platformctl.adapters.snapshot_folder import read_snapshot
from platformctl.identity.knowledge import NOTHING, Knowledge
from platformctl.observation.host import FleetObservation
from platformctl.observation.snapshot import observation
from platformctl.plan.make import Circumstances, make_plan
from platformctl.plan.plan import CatalogState, Tool
from tests.lab.record import OUT

from .case import Case
from .says import Says

# Nothing of it shows in a verdict.
CIRCUMSTANCES = Circumstances(
    "2026-01-02T03:04:05+00:00", Tool("platformctl", ""), CatalogState(".", None, dirty=False)
)
ANSWERS: Mapping[str, Says] = {"in-sync": Says.IN_SYNC, "drift": Says.DRIFT, "inconclusive": Says.NOTHING}


def platformctl(case: Case) -> Says:
    """Return the verdict about the container of a case where the registry may be asked."""
    folder = OUT / case.view / case.state
    return ANSWERS[_verdict(folder, read_answers(folder / "asked") or NOTHING)]


def platformctl_offline(case: Case) -> Says:
    """Return the verdict where nobody is asked."""
    return ANSWERS[_verdict(OUT / case.view / case.state, NOTHING)]


def _verdict(folder: Path, learned: Knowledge) -> str:
    catalog = load_catalog(folder)
    fleet = FleetObservation((observation(read_snapshot(folder)),))
    scope = frozenset(module.name for module in catalog.modules)
    return str(make_plan(catalog, scope, fleet, CIRCUMSTANCES, learned).modules[0].status)
