"""A container's description, complete or not."""

from __future__ import annotations

from typing import Any

import pytest

from platformctl.observation.container import ComposeService, Container, Undescribed, own_name, parse_container

ID = "1" * 64
RUNNING = {"Id": ID, "Name": "/web", "State": {"Status": "running"}}


@pytest.mark.parametrize(
    ("document", "parsed"),
    [
        (7, None),
        ([], None),
        ({}, None),
        ({**RUNNING, "Id": None}, None),
        ({**RUNNING, "Id": ID[:12]}, None),
        ({**RUNNING, "Id": ID.upper().replace("1", "A")}, None),
        ({**RUNNING, "Id": f"{ID}\n"}, None),
        ({**RUNNING, "Name": 7}, Undescribed(ID, "")),
        ({**RUNNING, "State": None}, Undescribed(ID, "web")),
        ({**RUNNING, "State": {"Status": ["running"]}}, Undescribed(ID, "web")),
    ],
)
def test_what_lacks_the_essential_is_undescribed_or_nothing(document: object, parsed: object) -> None:
    """Without an ID nothing can be said; without name or state it exists and no more is known."""
    assert parse_container(document) == parsed


def test_a_bare_description_claims_nothing() -> None:
    """What is not said is empty or None, and no candidate is made up."""
    assert parse_container(RUNNING) == Container(
        id=ID,
        name="web",
        image_id=None,
        requested_image="",
        requested_repository=None,
        candidates=(),
        platform=None,
        state="running",
        health=None,
        compose=None,
    )


@pytest.mark.parametrize(
    ("labels", "compose"),
    [
        ({"com.docker.compose.project": "p", "com.docker.compose.service": "s"}, ComposeService("p", "s")),
        ({"com.docker.compose.project": "p"}, None),
        (
            {"com.docker.compose.project": "p", "com.docker.compose.service": "s", "com.docker.compose.oneoff": "True"},
            None,
        ),
        (None, None),
        (["com.docker.compose.project"], None),
    ],
)
def test_a_replica_is_told_by_its_labels(labels: object, compose: ComposeService | None) -> None:
    """Both labels make a replica; a one-off run is none."""
    parsed = parse_container({**RUNNING, "Config": {"Labels": labels}})
    assert isinstance(parsed, Container)
    assert parsed.compose == compose


@pytest.mark.parametrize(
    ("health", "shown"),
    [(None, None), ({"Status": ""}, None), ({"Status": "none"}, None), ({"Status": "starting"}, "starting"), (1, None)],
)
def test_no_health_check_is_no_health(health: Any, shown: str | None) -> None:  # noqa: ANN401
    """Docker leaves it out, Podman leaves it empty: neither is a health."""
    parsed = parse_container({**RUNNING, "State": {"Status": "running", "Health": health}})
    assert isinstance(parsed, Container)
    assert parsed.health == shown


@pytest.mark.parametrize(
    ("names", "own"), [(["/web/db", "/db"], "db"), (["db", "web/db"], "db"), (["/web/db"], ""), ([], ""), ([""], "")]
)
def test_a_containers_own_name_has_no_slash(names: list[str], own: str) -> None:
    """Aliases given by links do not hide it, in whatever order they come."""
    assert own_name(names) == own
