"""Every state that was recorded from a real engine gets the verdict that is right for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from platformctl.reason import Reason

from .recording import ASKED, MEERKAT, STATES, Seen, copied, expected, plan_of, rewritten, state_id, verdicts

MADE_ON_THE_HOST = ("built", "committed", "imported", "loaded-from-classic", "loaded-other")
ONE_PLATFORM_OF_SEVERAL = (
    "child-pinned-and-pulled", "manifest-pinned", "other-platform-agrees", "other-platform-differs",
    "other-platform-pinned",
)  # fmt: skip


def test_there_are_recordings() -> None:
    """A folder that was moved cannot make the tests below pass by having no cases."""
    assert {folder.name for folder in STATES} >= {"fleet", "meerkat", "drifted", "loaded", "pruned", "replicas-apart"}
    assert {folder.parent.name.partition("-")[0] for folder in STATES} == {"docker", "podman"}


@pytest.mark.parametrize("folder", STATES, ids=state_id)
def test_with_locks(folder: Path) -> None:
    """With the locks every module gets its verdict and exactly its changes."""
    right = {name: Seen(one["verdict"], tuple(sorted(one["changes"]))) for name, one in expected(folder).items()}
    assert verdicts(plan_of(folder)) == right


@pytest.mark.parametrize("folder", ASKED, ids=state_id)
def test_with_registry(folder: Path) -> None:
    """With what the registry says of tags and of the running digests every module gets its verdict."""
    found = verdicts(plan_of(folder, registry=True))
    right = {name: one["verdictWithRegistry"] for name, one in expected(folder).items()}
    assert {name: one.status for name, one in found.items()} == right


@pytest.mark.parametrize("folder", STATES, ids=state_id)
def test_without_locks(folder: Path) -> None:
    """Without locks nothing about an image is guessed: its changes are gone, all others stay."""
    found = verdicts(plan_of(folder, locks=False))
    assert {name: one.status for name, one in found.items()} == {
        name: one["verdictWithoutClosure"] for name, one in expected(folder).items()
    }
    assert {name: one.changes for name, one in found.items()} == {
        name: tuple(path for path in sorted(one["changes"]) if path != "container.image")
        for name, one in expected(folder).items()
    }


def test_no_colour_that_is_expected_is_wrong() -> None:
    """On every engine and in every way a verdict is what is so, or inconclusive; then the image is no change."""
    for folder in STATES:
        for one in expected(folder).values():
            assert {one[key] for key in one if key.startswith("verdict")} <= {one["truth"], "inconclusive"}, folder
            assert bool(one["changes"]) == (one["verdict"] == "drift"), folder


def test_what_stays_open_though_everybody_is_asked() -> None:
    """Below API 1.48 a containerd store does not say which platform runs, and what a host made has no registry."""
    found: dict[str, list[str]] = {}
    for folder in ASKED:
        if any(one["verdictWithRegistry"] == "inconclusive" for one in expected(folder).values()):
            (module,) = plan_of(folder, registry=True).modules
            assert module.reason is Reason.CONTENT_UNKNOWN
            found.setdefault(folder.parent.name, []).append(folder.name)
    assert found == {
        "docker-26.1-containerd": sorted((*MADE_ON_THE_HOST, *ONE_PLATFORM_OF_SEVERAL)),
        "docker-28.5-containerd-api1.47": sorted(
            (*MADE_ON_THE_HOST, *ONE_PLATFORM_OF_SEVERAL, "mirrored", "nested-leaf")
        ),
    }
    assert sum(map(len, found.values())) * 10 < len(ASKED)


def test_meerkat_is_in_sync() -> None:
    """The image ID differs from the pinned digest, as it does on every classic store, and that is no drift."""
    plan = plan_of(MEERKAT)
    assert (plan.status, plan.exit_code) == ("in-sync", 0)


@pytest.mark.parametrize("locks", [True, False])
def test_meerkat_without_image_records(tmp_path: Path, locks: bool) -> None:  # noqa: FBT001  pytest passes it by name
    """Where the second question went unanswered, no drift is made of that."""
    folder = copied(MEERKAT, tmp_path)
    (folder / "images.json").unlink()
    plan = plan_of(folder, locks=locks)
    assert plan.status != "drift"
    assert not plan.complete
    assert plan.hosts[0].images_error is not None


def test_meerkat_with_another_image(tmp_path: Path) -> None:
    """Another image is drift, and the image is its only change."""
    folder = copied(MEERKAT, tmp_path)
    image_id, pinned = _image_id(folder), _pinned(folder)
    rewritten(folder / "containers.json", image_id, f"sha256:{'b' * 64}")
    rewritten(folder / "images.json", image_id, f"sha256:{'b' * 64}")
    rewritten(folder / "images.json", pinned, f"sha256:{'c' * 64}")
    plan = plan_of(folder)
    assert (plan.status, plan.exit_code) == ("drift", 1)
    assert [change.path for change in plan.modules[0].changes] == ["container.image"]


def _image_id(folder: Path) -> str:
    return (folder / "containers.json").read_text().split('"Image": "')[1].split('"')[0]


def _pinned(folder: Path) -> str:
    return (folder / "modules/np-meerkat-frontend/module.yaml").read_text().split("@")[1].strip()
