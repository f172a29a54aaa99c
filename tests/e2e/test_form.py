"""The fields of every form, and what becomes of values that no form can refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from prefect.client.schemas.objects import State
from prefect.flows import Flow, load_flow_from_entrypoint

from flows.nightly_smoke import nightly_smoke
from flows.plan_fleet import plan_fleet
from flows.reconcile_merges import reconcile_merges
from flows.rerun_after_merge import rerun_after_merge
from flows.smoke_module import smoke_module
from platformctl.render.printable import one_line

from .plans import ending
from .test_prefect_yaml import DEPLOYMENTS

COMMIT: Final = "a1" * 20
FORMS: Final = {
    "nightly-smoke": ["Second look after", "Catalog", "Inventory", "Store"],
    "plan-fleet": ["Modules", "Hosts", "Second look after", "Catalog", "Inventory", "Store"],
    "reconcile-merges": ["Second look after", "Repositories", "Store"],
    "rerun-after-merge": ["Repository", "Commit", "Told by", "Second look after", "Repositories", "Store"],
    "smoke-module": [
        "Module", "Second look after", "Catalog", "Inventory", "Store", "Repository", "Commit", "Repositories",
    ],
}  # fmt: skip
"""What each form asks, from its top to its end."""

PER_FLOW: Final = {"repository", "commit"}
"""What one form must be told, and another asks for the smoke of a merge only."""


def fields() -> Mapping[str, Mapping[str, dict[str, Any]]]:
    """Return the fields of every flow that prefect.yaml deploys."""
    flows: list[Flow[..., Any]] = [
        load_flow_from_entrypoint(each["entrypoint"], use_placeholder_flow=False) for each in DEPLOYMENTS
    ]
    return {str(flow.name): flow.parameters.properties for flow in flows}


def test_every_field_has_a_title() -> None:
    """Forms call their fields by words and not by names of code, and ask what matters most first."""
    shown = {name: sorted(form.values(), key=lambda one: one["position"]) for name, form in fields().items()}
    assert {name: [one["title"] for one in form] for name, form in shown.items()} == FORMS


def test_the_same_is_asked_in_the_same_words() -> None:
    """A parameter has one title, one sentence with an example and one rule on all forms."""
    seen: dict[str, dict[str, Any]] = {}
    for form in fields().values():
        for name, field in form.items():
            said = {key: value for key, value in field.items() if key != "position"}
            assert name in PER_FLOW or seen.setdefault(name, said) == said
            assert said["description"].endswith(".")
            assert "such as" in said["description"] or "enum" in said or name == "commit"


def test_pasted_line_break_is_no_mistake() -> None:
    """Fields for text have several lines: blanks and line breaks around a value are not a part of it."""
    assert rerun_after_merge.validate_parameters({"repository": "shop \n", "commit": f"{COMMIT}\n"}) == {
        "repository": "shop", "commit": COMMIT, "source": "command", "confirm_after": 10.0,
        "repositories": "repositories.yaml", "store": "",
    }  # fmt: skip
    found = smoke_module.validate_parameters({"module": "np-umami", "catalog": " /srv/a b\n", "commit": "\n"})
    assert (found["catalog"], found["commit"]) == ("/srv/a b", "")


HOME: Final = "~no-such-user-here/store"
TOO_LONG: Final = "m" * 300
NO_HOME: Final = f"{HOME}: there is no such home folder; name a store by --store DIR"
UNUSABLE: Final[Mapping[str, tuple[Callable[..., Any], Mapping[str, Any], str]]] = {
    "catalog of too long a name": (
        plan_fleet,
        {"catalog": TOO_LONG},
        f"{TOO_LONG}/hosts.yaml: cannot be read: File name too long",
    ),
    "catalog elsewhere": (
        nightly_smoke,
        {"catalog": "../../../etc"},
        "../../../etc/hosts.yaml: cannot be read: No such file or directory",
    ),
    "inventory without end": (plan_fleet, {"inventory": "/dev/zero"}, "/dev/zero: this is not a regular file"),
    "store that cannot be": (
        plan_fleet,
        {"store": "/proc/plans"},
        "/proc/plans/plans cannot be made: No such file or directory",
    ),
    "store of nobody": (plan_fleet, {"store": HOME}, NO_HOME),
    "store of nobody, smoke": (smoke_module, {"module": "np-umami", "store": HOME}, NO_HOME),
    "store of nobody, poll": (reconcile_merges, {"store": HOME}, NO_HOME),
}


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("name", UNUSABLE)
def test_what_no_form_can_refuse_is_unusable(name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What only the worker can judge ends the run before any host is looked at, in words and without a stack."""
    flow, parameters, message = UNUSABLE[name]
    state: State[Any] = flow(**{"store": str(tmp_path / "store"), **parameters}, return_state=True)
    assert ending(state) == ("CRASHED", "Unusable", one_line(message))
    assert message in caplog.text
    assert "this is a bug" not in caplog.text
    assert "inspect" not in caplog.text
