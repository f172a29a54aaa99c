"""What an image holds is read alike from a registry's config and from an engine's answer."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformctl.identity.content import RUNTIME_KEYS, ImageContent, image_content, same_platform
from platformctl.identity.digest import Digest

LAYER, TOP = (Digest(f"sha256:{digit * 64}") for digit in "ab")
REGISTRY: Final = {
    "Env": ["PATH=/bin"],
    "Cmd": ["/bin/app"],
    "Labels": {"b": "2", "a": "1"},
    "Healthcheck": {"Test": ["CMD", "true"]},
}
CLASSIC: Final = {
    "Hostname": "",
    "AttachStdin": False,
    "Entrypoint": None,
    "Volumes": {},
    "OnBuild": [],
    "WorkingDir": "",
}


def content(**changes: Any) -> ImageContent | None:  # noqa: ANN401  any of four arguments
    """Return the content of an image, some of whose parts are others."""
    parts: dict[str, Any] = {"platform": "linux/amd64", "layers": [LAYER, TOP], "created": "", "config": REGISTRY}
    return image_content(**{**parts, **changes})


def test_a_content_is_platform_layers_date_and_settings() -> None:
    """Layers keep their order; settings are sorted, and so is what is in them."""
    assert content(created="2026-01-02T03:04:05Z") == ImageContent(
        platform="linux/amd64",
        layers=(LAYER, TOP),
        created="2026-01-02T03:04:05Z",
        settings=(
            ("Cmd", '["/bin/app"]'),
            ("Env", '["PATH=/bin"]'),
            ("Healthcheck", '{"Test":["CMD","true"]}'),
            ("Labels", '{"a":"1","b":"2"}'),
        ),
    )


def test_engines_add_what_is_empty() -> None:
    """Null, false and empty settings are the same as none."""
    assert content(config={**CLASSIC, **REGISTRY}) == content()
    assert content(config={}) == content(config=CLASSIC) != content()


@pytest.mark.parametrize(
    "config",
    [
        {**REGISTRY, "Env": ["PATH=/bin", "A=1"]},
        {**REGISTRY, "Cmd": ["/bin/app", ""]},
        {**REGISTRY, "Labels": {"a": "1", "b": 2}},
        {**REGISTRY, "StopSignal": "SIGINT"},
        {key: value for key, value in REGISTRY.items() if key != "Healthcheck"},
    ],
)
def test_every_other_setting_is_another_content(config: dict[str, Any]) -> None:
    """A value, an entry or a type that differs makes the difference."""
    assert content(config=config) != content()


def test_the_order_of_a_list_is_part_of_it() -> None:
    """The last of two variables of one name wins, so their order is no accident."""
    assert content(config={"Env": ["A=1", "A=2"]}) != content(config={"Env": ["A=2", "A=1"]})


def test_settings_are_known_by_their_name_in_any_case() -> None:
    """Engines read `env` as `Env`, the last one where there are both, and show it so."""
    assert content(config={"env": ["A=1"], "workingdir": "/x"}) == content(config={"Env": ["A=1"], "WorkingDir": "/x"})
    assert content(config={"Env": ["A=1"], "env": ["A=2"]}) == content(config={"Env": ["A=2"]})


def test_the_runtime_is_what_every_engine_shows() -> None:
    """Of the settings, six count as a proof of difference; a health check or a stop signal does not."""
    found = content(config={**dict.fromkeys(RUNTIME_KEYS, "x"), "StopSignal": "x", "Healthcheck": {"Test": ["x"]}})
    assert found
    assert found.runtime == {(key, '"x"') for key in ("Cmd", "Entrypoint", "Env", "Labels", "User", "WorkingDir")}


@pytest.mark.parametrize(
    "missing",
    [
        {"platform": None},
        {"platform": ""},
        {"layers": None},
        {"layers": []},
        {"layers": "sha256"},
        {"layers": [LAYER, "sha256:short"]},
        {"layers": [LAYER, None]},
        {"layers": {LAYER: TOP}},
        {"config": None},
        {"config": []},
        {"config": "x"},
    ],
)
def test_a_part_that_is_missing_leaves_no_content(missing: dict[str, object]) -> None:
    """An engine that lost a layer's blob answers without layers and config: nothing can be compared with that."""
    assert content(**missing) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"),
        ("2026-01-02T03:04:05.12Z", "2026-01-02T03:04:05.120000000Z"),
        (None, ""),
        (7, ""),
    ],
)
def test_dates_that_are_one(one: object, other: object) -> None:
    """Engines add zeros to the fraction of a second, or leave them out; a date that is no text is none."""
    assert content(created=one) == content(created=other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.001Z"),
        ("2026-01-02T03:04:50Z", "2026-01-02T03:04:5Z"),
        ("2026-01-02T03:04:05.10+01:00", "2026-01-02T03:04:05.1+01:00"),
        ("2026-01-02T03:04:05.1XZ", "2026-01-02T03:04:05.1Z"),
        ("2026-01-02T03:04:05Z", ""),
        ("10", "1"),
    ],
)
def test_dates_that_are_two(one: str, other: str) -> None:
    """What is not surely the same instant is another one: that only costs a green."""
    assert content(created=one) != content(created=other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("linux/amd64", "linux/amd64", True),
        ("linux/arm64", "linux/arm64/v8", True),
        ("linux/arm64/v8", "linux/arm64", True),
        ("linux/amd64", "linux/arm64", False),
        ("linux/amd64", "windows/amd64", False),
        ("linux/amd64", "linux/amd64/v3", False),
        ("linux/arm/v7", "linux/arm/v6", False),
        ("linux/arm", "linux/arm/v8", False),
        ("linux/arm", "linux/arm/v7", False),
        (None, "linux/amd64", False),
        ("linux/amd64", None, False),
        (None, None, False),
    ],
)
def test_platforms(one: str | None, other: str | None, same: bool) -> None:  # noqa: FBT001  a table
    """Only v8 of arm64 can be left out, since arm64 has no other; what is unknown is like nothing."""
    assert same_platform(one, other) is same


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.none() | st.text(), JSON, JSON, JSON)
def test_any_answer_is_read(platform: str | None, layers: object, created: object, config: object) -> None:
    """Whatever an engine or a registry says, it is a content or none, and settings are JSON in one spelling."""
    found = image_content(platform, layers, created, config)
    again = image_content("linux/amd64", [LAYER], created, config)
    assert found is None or found.layers
    assert again is None or all(json.loads(value) for _, value in again.settings)
