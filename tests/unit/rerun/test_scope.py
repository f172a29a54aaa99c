"""Which modules a change touches: those alone whose declaration it changes, each with why."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from platformctl.rerun.scope import (
    Declarations,
    Declared,
    Due,
    MergeScope,
    StepScope,
    Touch,
    merge_scope,
    touched,
    with_names,
    with_retries,
)
from platformctl.rerun.service import Service

COMPOSE: Final = "compose/apps.yaml"
WEB: Final = Declared(
    "web", ("modules/web",), "h1", "ssh h1", COMPOSE, Service("web 1", frozenset({"compose/web.env", "conf"}))
)
WEBHOOK: Final = Declared("webhook", ("modules/webhook",), "h2", "ssh h2")
DB: Final = Declared("db", ("modules/db", "shared/db"), "h1", "ssh h1", COMPOSE, Service("db 1", frozenset()))


def declarations(*modules: Declared, problem: str = "") -> Declarations:
    """Return a catalog with these modules."""
    return Declarations({module.name: module for module in modules}, "hosts.yaml", problem)


ALL: Final = declarations(WEB, WEBHOOK, DB)


@pytest.mark.parametrize(
    ("paths", "after", "found"),
    [
        ({"README.md", "modules/README.md", "modules/web.md", "compose/other.yaml"}, ALL, {}),
        ({"modules/web/module.yaml"}, ALL, {"web": "modules/web/module.yaml changed"}),
        ({"modules/web/image.lock.json"}, ALL, {"web": "modules/web/image.lock.json changed"}),
        ({"modules/webhook/doc/x.md"}, ALL, {"webhook": "modules/webhook/doc/x.md changed"}),
        ({"shared/db/module.yaml"}, ALL, {"db": "shared/db/module.yaml changed"}),
        ({COMPOSE}, ALL, {}),
        (
            {COMPOSE},
            declarations(replace(WEB, service=Service("web 2", frozenset())), WEBHOOK, DB),
            {"web": f"its service in {COMPOSE} changed"},
        ),
        ({"compose/web.env"}, ALL, {"web": "compose/web.env changed, which its service uses"}),
        ({"conf/nginx/site.conf"}, ALL, {"web": "conf/nginx/site.conf changed, which its service uses"}),
        ({"hosts.yaml"}, ALL, {}),
        (
            {"hosts.yaml"},
            declarations(WEB, replace(WEBHOOK, entry="ssh h2 port 23"), DB),
            {"webhook": "its host h2 is declared in another way"},
        ),
        ({"modules/db/module.yaml"}, declarations(WEB, WEBHOOK), {"db": "it is no longer declared (removed)"}),
        (
            {"modules/new/module.yaml"},
            declarations(WEB, WEBHOOK, DB, Declared("new", ("modules/new",))),
            {"new": "it is declared for the first time"},
        ),
    ],
    ids=[
        "other files", "module.yaml", "lock", "anything in the folder", "folder that is a link", "other service",
        "its service", "file of its service", "folder of its service", "other host", "its host", "removed", "new",
    ],
)  # fmt: skip
def test_what_is_touched(paths: set[str], after: Declarations, found: dict[str, str]) -> None:
    """Only what changes a module's own declaration touches it."""
    said = {t.module: f"{'; '.join(t.why)}{' (removed)' if t.removed else ''}" for t in touched(paths, ALL, after)}
    assert said == found


def test_without_the_catalog_before_paths_decide() -> None:
    """Where what was there cannot be read, what might have changed a module touches it: rather too much."""
    before = declarations(
        *(Declared(name, (f"modules/{name}",)) for name in ("web", "webhook", "db")), problem="broken"
    )
    paths = {"modules/web/module.yaml", COMPOSE, "hosts.yaml", "compose/web.env"}
    uncompared = "hosts.yaml changed, and its host there cannot be compared"
    assert touched(paths, before, ALL) == (
        Touch("db", (f"{COMPOSE} changed, and its service there cannot be compared", uncompared)),
        Touch(
            "web",
            (
                "modules/web/module.yaml changed",
                f"{COMPOSE} changed, and its service there cannot be compared",
                "compose/web.env changed, which its service uses",
                uncompared,
            ),
        ),
        Touch("webhook", (uncompared,)),
    )
    assert touched({"README.md"}, before, ALL) == ()


def test_without_the_merged_catalog_paths_decide() -> None:
    """A merge that breaks the catalog touches what it changes, so that its receipts name the modules."""
    after = declarations(Declared("web", ("modules/web",)), Declared("db", ("modules/db",)), problem="broken")
    assert [touch.module for touch in touched({"modules/web/module.yaml"}, declarations(WEB, DB), after)] == ["web"]
    assert [touch.module for touch in touched({COMPOSE}, declarations(WEB, DB), after)] == ["db", "web"]


def test_what_a_trailer_names_is_touched_too() -> None:
    """It is added, with why; what the catalog lacks is marked, so that it is never run."""
    found = with_names((Touch("web", ("x changed",)),), ("web", "db", "typo"), "named", ALL)
    assert found == (
        Touch("db", ("named",)),
        Touch("typo", ("named",), removed=True),
        Touch("web", ("x changed", "named")),
    )


def test_the_newest_step_counts() -> None:
    """Each module is due once, for the newest step that touches it; older steps are passed over by name."""
    web, again, db = Touch("web", ("1",)), Touch("web", ("2",)), Touch("db", ("3",))
    steps = [StepScope("a", (web, db), ("note",)), StepScope("b", ()), StepScope("c", (again,))]
    assert merge_scope(steps) == MergeScope(
        commits=("a", "b", "c"), due=(Due(db, "a"), Due(again, "c")), passed=((Due(web, "a"), "c"),), notes=("note",)
    )


def test_what_was_not_green_is_tried_again_once() -> None:
    """It goes with the newest step, unless the merge touches it anyway."""
    scope = MergeScope(("a", "b"), (Due(Touch("web", ("1",)), "a"),))
    again = Due(Touch("db", ("its last smoke was not green",)), "b")
    assert with_retries(scope, ["web", "db", "db"]).due == (again, *scope.due)
