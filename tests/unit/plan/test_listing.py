"""What a host lists counts once; where two entries for one thing disagree, neither is believed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from platformctl.errors import Failure
from platformctl.identity.candidate import Candidate
from platformctl.identity.content import ImageContent
from platformctl.observation.container import Undescribed
from platformctl.observation.host import Reached
from platformctl.observation.image import Image
from platformctl.observation.snapshot import observation
from platformctl.plan.listing import distinct
from platformctl.reason import Reason

from .actual import content, digest
from .one_host import container, half_gone, look, unreached

EXITED: Final = {"State": {"Status": "exited"}}
IMAGE: Final = Image(digest("config", 0), (), "linux/amd64", content(0))


def listed(*containers: dict[str, Any], undescribed: tuple[Undescribed, ...] = ()) -> Reached:
    """Return what is left of what a host lists."""
    found = distinct(observation(look(*containers, undescribed=undescribed)))
    assert isinstance(found, Reached)
    return found


def seen(host: Reached) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the names of the containers that are described, and number and name of those that are not."""
    return [one.name for one in host.containers], [(one.id[-1], one.name) for one in host.undescribed]


def images(*records: Image) -> tuple[Image, ...]:
    """Return the records of images that are left of those that a host gave."""
    host = observation(look())
    assert isinstance(host, Reached)
    found = distinct(replace(host, images=records))
    assert isinstance(found, Reached)
    return found.images


def test_what_is_listed_once_stays_as_it_is() -> None:
    """Containers are in the order of their IDs, described or not."""
    host = listed(container("bb", 2), container("aa", 1), undescribed=(half_gone("cc", 3), half_gone("", 4)))
    assert seen(host) == (["aa", "bb"], [("3", "cc"), ("4", "")])


def test_one_description_is_better_than_none() -> None:
    """A container that one answer describes and another only lists is described, whatever the other calls it."""
    assert seen(listed(container("web", 1), undescribed=(half_gone("", 1),))) == (["web"], [])
    assert seen(listed(container("web", 1), undescribed=(half_gone("other", 1),))) == (["web"], [])


def test_two_descriptions_are_none() -> None:
    """Either may be out of date; the name stays where both have it."""
    assert seen(listed(container("web", 1), container("web", 1, **EXITED))) == ([], [("1", "web")])
    assert seen(listed(container("web", 1), container("old", 1))) == ([], [("1", "")])


def test_a_container_with_two_names_has_none() -> None:
    """Neither proves that a declared container is there, or that it is not."""
    assert seen(listed(undescribed=(half_gone("aa", 1), half_gone("bb", 1)))) == ([], [("1", "")])
    assert seen(listed(undescribed=(half_gone("aa", 1), half_gone("aa", 1)))) == ([], [("1", "aa")])


def test_images_stay_apart() -> None:
    """Records of different images are never read together, and are in the order of their IDs."""
    other = Image(digest("config", 1), (), "linux/arm64", content(1))
    assert images(IMAGE, other) == images(other, IMAGE) == tuple(sorted((IMAGE, other), key=lambda one: one.id))


def test_records_of_one_image_are_one() -> None:
    """All names count, and what the records agree on."""
    one, two = (Candidate("image inspect", "Id", digest("config", number)) for number in (0, 1))
    found = images(replace(IMAGE, candidates=(one,)), replace(IMAGE, candidates=(two, one)))
    assert found == (replace(IMAGE, candidates=(one, two, one)),)


@pytest.mark.parametrize("platform", ["linux/arm64", None])
def test_two_platforms_are_none(platform: str | None) -> None:
    """Records that disagree on the platform do not tell it."""
    assert images(IMAGE, replace(IMAGE, platform=platform)) == (replace(IMAGE, platform=None),)


@pytest.mark.parametrize("shown", [content(1), None])
def test_two_contents_are_none(shown: ImageContent | None) -> None:
    """Records that disagree on the content do not tell it."""
    assert images(IMAGE, replace(IMAGE, content=shown)) == (replace(IMAGE, content=None),)


def test_a_host_that_was_not_reached_lists_nothing() -> None:
    """It stays as it is."""
    dark = observation(unreached(Failure(Reason.UNREACHABLE, "no route")))
    assert distinct(dark) is dark
