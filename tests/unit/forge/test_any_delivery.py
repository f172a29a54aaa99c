"""Laws for whatever arrives: there is always an answer, and only what is signed and on the branch leads to a run."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from platformctl.catalog.repository import Forge
from platformctl.forge.announcement import Merged
from platformctl.forge.delivery import Delivery
from platformctl.forge.reading import announcement, document
from platformctl.forge.signature import Refusal, refusal
from platformctl.rerun.merge import COMMIT

from .sending import DELIVERIES, NOW_S, SECRET, headers, repository

FORGES: st.SearchStrategy[Forge] = st.sampled_from(["forgejo", "gitea", "github", "gitlab"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)
REAL = st.sampled_from([json.loads(path.read_bytes()) for path in sorted(DELIVERIES.iterdir())])
HEADERS = "x-forgejo-signature x-gitea-signature x-hub-signature-256 x-hub-signature x-gitlab-token"
NAMES = st.sampled_from([*HEADERS.split(), "webhook-id", "webhook-timestamp", "webhook-signature"])


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, Any]:
    """Return a real payload in which a value somewhere is replaced by any other, or its key is gone."""
    content: dict[str, Any] = json.loads(json.dumps(draw(REAL)))
    place: Any = content
    while True:
        key = draw(st.sampled_from(sorted(place)))
        if not (isinstance(place[key], dict) and place[key] and draw(st.booleans())):
            break
        place = place[key]
    if draw(st.booleans()):
        del place[key]
    else:
        place[key] = draw(VALUES)
    return content


@given(FORGES, spoilt() | st.dictionaries(st.text(), VALUES))
def test_every_payload_has_an_answer(forge: Forge, content: dict[str, Any]) -> None:
    """Whatever is signed is read without an error, and leads to a run only with a commit's full name."""
    told = announcement(repository(forge), content)
    assert not isinstance(told, Merged) or COMMIT.fullmatch(told.merge.commit)
    assert not told.merge.commit or COMMIT.fullmatch(told.merge.commit)


@given(st.binary() | st.text().map(str.encode))
def test_every_body_is_read_or_not(content: bytes) -> None:
    """Any bytes are an object or none."""
    assert isinstance(document(content), dict | None)


@given(FORGES, st.lists(st.tuples(NAMES.map(str.encode), st.binary(max_size=100)), max_size=6), st.binary())
def test_nobody_is_believed_by_chance(forge: Forge, sent: list[tuple[bytes, bytes]], content: bytes) -> None:
    """Whatever stands in the headers, who does not know the secret is refused."""
    assert isinstance(refusal(forge, SECRET, Delivery.of(sent, content), NOW_S), Refusal)


@given(FORGES, st.binary())
def test_who_knows_the_secret_is_believed(forge: Forge, content: bytes) -> None:
    """Any bytes that are signed as the forge signs are believed."""
    sent = [(name.encode(), value.encode()) for name, value in headers(forge, content).items()]
    assert refusal(forge, SECRET, Delivery.of(sent, content), NOW_S) is None
