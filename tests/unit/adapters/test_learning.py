"""A plan asks registries for what would decide, once, and keeps what they said."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from platformctl.cli import main

from .registry_catalog import config_of, declare, planned, running, said, verdicts
from .registry_server import Asked, Reply, Server, image, serving

WEB, OTHER, LOST = image(), image("other"), image("lost")
SECRET = "hunter2-meerkat-8f41c0de"


@pytest.fixture
def registry() -> Iterator[Server]:
    """A registry with both images in every repository."""
    bodies = {**WEB.bodies, **OTHER.bodies}

    def answers(asked: Asked) -> Reply:
        path = "/".join(asked.path.split("/")[-2:])
        return Reply(body=bodies[path]) if path in bodies else WEB.answers(asked)

    with serving(answers) as server:
        yield server


def pin(server: Server, digest: str, name: str = "web") -> str:
    """Return a pinned reference."""
    return f"{server.address}/apps/{name}@{digest}"


def test_what_is_open_is_asked_for(tmp_path: Path, registry: Server) -> None:
    """The closure of the pin proves green and red; the second plan asks nobody and says the same."""
    declare(tmp_path, web=pin(registry, WEB.digest), drifted=pin(registry, OTHER.digest, "drifted"))
    running(tmp_path, web=WEB, drifted=WEB)
    first = planned(tmp_path)
    assert verdicts(first) == {"drifted": "image-differs", "web": "same-config"}
    assert len(registry.questions) == len(set(registry.questions)) == 10
    assert {one.split(" ")[0] for one in registry.questions} == {"GET"}
    assert ("source", f"registry {registry.address}/apps/web") in said(first, "closure")
    second = planned(tmp_path)
    assert len(registry.questions) == 10
    assert second["planId"] == first["planId"]


def test_what_is_decided_is_not_asked_for(tmp_path: Path, registry: Server) -> None:
    """Where the exact digest shows, or a container is missing, no registry is asked."""
    declare(tmp_path, web=pin(registry, config_of(WEB)), gone=pin(registry, OTHER.digest))
    running(tmp_path, web=WEB)
    assert verdicts(planned(tmp_path)) == {"gone": "container-missing", "web": "exact"}
    assert registry.questions == []


def test_offline_asks_nobody(tmp_path: Path, registry: Server) -> None:
    """What neither lock nor store tells stays open, and the evidence says that nobody was asked."""
    declare(tmp_path, web=pin(registry, WEB.digest), tagged=f"{registry.address}/apps/web:1.4")
    running(tmp_path, web=WEB, tagged=WEB)
    plan = planned(tmp_path, "--offline")
    assert verdicts(plan) == {"tagged": "tag-only", "web": "closure-unknown"}
    assert said(plan, "registry") == [
        ("error", f"{WEB.digest}: neither a lock nor the store has it, and this is offline")
    ]
    assert registry.questions == []
    planned(tmp_path)
    asked = len(registry.questions)
    assert verdicts(planned(tmp_path, "--offline")) == {"tagged": "tag-only", "web": "same-config"}
    assert len(registry.questions) == asked


def test_a_registry_that_is_gone_colours_nothing(tmp_path: Path, registry: Server) -> None:
    """Every module stays open with the same reason and the same words, in every run."""
    images = {f"m{number}": pin(registry, WEB.digest if number % 2 else OTHER.digest) for number in range(4)}
    declare(tmp_path, **images)
    running(tmp_path, **dict.fromkeys(images, WEB))
    with serving(lambda _: Reply(503)) as busy:
        text = (tmp_path / "modules" / "m1" / "module.yaml").read_text()
        for name in images:
            place = tmp_path / "modules" / name / "module.yaml"
            place.write_text(place.read_text().replace(registry.address, busy.address))
        assert registry.address in text
    plans = [planned(tmp_path) for _ in range(2)]
    assert verdicts(plans[0]) == dict.fromkeys(images, "closure-unknown")
    assert said(plans[0], "registry") == [("error", f"http://{busy.address}: connection refused")] * 4
    assert plans[0]["planId"] == plans[1]["planId"]
    assert len(list((tmp_path / "store" / "plans").glob("*/*/plan.json"))) == 1


def test_a_part_that_is_lost_leaves_it_open(tmp_path: Path, registry: Server) -> None:
    """A child that cannot be read is said as evidence, and no colour comes of the rest."""
    lost = config_of(OTHER, "arm64")
    answers = {path: Reply(body=body) for path, body in OTHER.bodies.items() if lost not in path}
    with serving(lambda asked: answers.get(asked.path.removeprefix("/v2/apps/web/"), Reply(404))) as server:
        declare(tmp_path, web=pin(server, OTHER.digest))
        running(tmp_path, web=WEB)
        plan = planned(tmp_path)
        assert verdicts(plan) == {"web": "closure-unknown"}
        assert said(plan, "registry") == [("error", f"http://{server.address}: blobs/{lost} of apps/web: it has none")]
    assert registry.questions == []


def test_the_inventory_says_which_way(tmp_path: Path, registry: Server) -> None:
    """A plan asks the mirrors that hosts.yaml names."""
    ways = {"registry.invalid": {"mirrors": [f"http://{registry.address}"]}}
    declare(tmp_path, ways, web=f"registry.invalid/apps/web@{WEB.digest}")
    running(tmp_path, web=WEB)
    plan = planned(tmp_path)
    assert verdicts(plan) == {"web": "same-config"}
    assert ("source", "registry registry.invalid/apps/web") in said(plan, "closure")
    assert len(registry.questions) == 5


def test_a_tag_means_what_its_registry_says_now(tmp_path: Path, registry: Server) -> None:
    """The tag is asked for at every plan, the evidence names what it meant, and from there it is as a pin."""
    tagged = f"{registry.address}/apps/web:1.4"
    declare(tmp_path, web=tagged, drifted=tagged)
    running(tmp_path, web=WEB, drifted=OTHER)
    for count in (1, 2):
        plan = planned(tmp_path)
        assert verdicts(plan) == {"drifted": "image-differs", "web": "same-config"}
        assert said(plan, "registry") == [("tag", f"{tagged}@{WEB.digest}")] * 2
        assert registry.questions.count("HEAD /v2/apps/web/manifests/1.4") == count
    assert len(registry.questions) == 5 + 2


def test_a_tag_beside_a_digest_only_raises_a_flag(tmp_path: Path, registry: Server) -> None:
    """A moved tag is named, a silent registry is no reason to say anything, and no verdict changes."""
    with serving(lambda _: Reply(404)) as empty:
        pins = {"moved": (registry, OTHER), "stayed": (registry, WEB), "silent": (empty, WEB)}
        images = {name: f"{one.address}/apps/web:1.4@{image.digest}" for name, (one, image) in pins.items()}
        declare(tmp_path, **images)
        running(tmp_path, **{name: image for name, (_, image) in pins.items()})
        learned = planned(tmp_path)
        assert empty.questions[0] == "HEAD /v2/apps/web/manifests/1.4"
    flags = {module["name"]: module["flags"] for module in learned["modules"]}
    assert flags == {"moved": ["tag-moved"], "silent": [], "stayed": []}
    assert verdicts(learned) == {"moved": "same-config", "silent": "same-config", "stayed": "same-config"}
    assert said(learned, "registry") == [("tag", f"{registry.address}/apps/web:1.4@{WEB.digest}")]
    assert [module["flags"] for module in planned(tmp_path, "--offline")["modules"]] == [[], [], []]


def test_a_tag_that_nobody_resolves_stays_open(tmp_path: Path, registry: Server) -> None:
    """The reason is that it is a tag, and the evidence says why its registry did not tell."""
    with serving(lambda _: Reply(404)) as empty:
        declare(tmp_path, web=f"{empty.address}/apps/web:1.4")
        running(tmp_path, web=WEB)
        plan = planned(tmp_path)
        assert verdicts(plan) == {"web": "tag-only"}
        expected = f"http://{empty.address}: manifests/1.4 of apps/web: it has none"
        assert said(plan, "registry") == [("error", expected)]
        assert empty.questions == ["HEAD /v2/apps/web/manifests/1.4"]
    assert registry.questions == []


@pytest.mark.parametrize("form", ["json", "text", "markdown"])
def test_a_kept_plan_needs_no_registry(
    tmp_path: Path, registry: Server, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was learned, and what could not be, is kept with the snapshot: the plan is made again byte for byte."""
    with serving(lambda _: Reply(404)) as empty:
        images = {
            "web": pin(registry, WEB.digest),
            "drifted": pin(registry, OTHER.digest, "drifted"),
            "tagged": f"{registry.address}/apps/web:1.4",
            "lost": f"{empty.address}/apps/web@{LOST.digest}",
            "unresolved": f"{empty.address}/apps/web:2",
        }
        declare(tmp_path, **images)
        running(tmp_path, **dict.fromkeys(images, WEB))
        first = rendered(tmp_path, form, capsys)
        asked = [*registry.questions], [*empty.questions]
        [kept] = (tmp_path / "store" / "plans").glob("*/*/snapshot")
        for store in ("store", "elsewhere"):
            again = rendered(tmp_path, form, capsys, "--snapshot", str(kept), "--store", str(tmp_path / store))
            assert again == first
        assert ([*registry.questions], [*empty.questions]) == asked
    plan = json.loads((kept.parent / "plan.json").read_text())
    assert verdicts(plan) == {
        "drifted": "image-differs",
        "lost": "closure-unknown",
        "tagged": "same-config",
        "unresolved": "tag-only",
        "web": "same-config",
    }
    answers = json.loads((kept / "registries.json").read_text())
    assert answers["tags"] == {f"{registry.address}/apps/web:1.4": WEB.digest}
    assert sorted(answers["unread"]) == sorted([LOST.digest, f"{empty.address}/apps/web:2"])


def rendered(folder: Path, form: str, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """Return what `platformctl plan` prints, times aside."""
    arguments = ["--catalog", str(folder), "--store", str(folder / "store"), "--no-confirm", "--format", form]
    main(["plan", *arguments, *options])
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", "NOW", capsys.readouterr().out)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema": "x"}', "[" * 100_000, "\0"])
def test_answers_that_cannot_be_read(tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A damaged file beside the snapshot is named, and nothing is concluded."""
    declare(tmp_path, web=f"registry.invalid/web@{WEB.digest}")
    running(tmp_path, web=WEB)
    (tmp_path / "registries.json").write_text(content)
    options = ["--catalog", str(tmp_path), "--store", str(tmp_path / "store"), "--snapshot", str(tmp_path)]
    assert main(["plan", *options]) == 2
    assert capsys.readouterr().err.startswith(f"{tmp_path / 'registries.json'}: these are no answers of registries: ")


def test_no_secret_is_kept_or_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Passwords and tokens are in no output and in no file, whether a registry lets us in or not."""
    auth = base64.b64encode(f"ann:{SECRET}".encode()).decode()

    def closed(asked: Asked) -> Reply:
        if "repository" in asked.path:
            return Reply(body=json.dumps({"token": f"T-{SECRET}"}).encode())
        if asked.authorization and asked.path.endswith("/2"):
            return Reply(307, headers={"Location": f"http://192.0.2.1/?sig={SECRET}"})
        if asked.authorization:
            return WEB.answers(asked)
        return Reply(401, headers={"WWW-Authenticate": f'Bearer realm="http://{server.address}/{SECRET}"'})

    with serving(closed) as server:
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
        (tmp_path / "docker").mkdir()
        (tmp_path / "docker" / "config.json").write_text(json.dumps({"auths": {server.address: {"auth": auth}}}))
        declare(tmp_path, web=f"{server.address}/apps/web@{WEB.digest}", away=f"{server.address}/apps/web:2")
        running(tmp_path, web=WEB, away=WEB)
        assert verdicts(planned(tmp_path)) == {"away": "tag-only", "web": "same-config"}
        assert main(["explain", "away", "--catalog", str(tmp_path), "--store", str(tmp_path / "store")]) == 3
        assert {one.authorization for one in server.asked} == {None, f"Basic {auth}", f"Bearer T-{SECRET}"}
    captured = capfd.readouterr()
    assert "it redirects to http://192.0.2.1, which is not encrypted" in captured.out
    kept = [file.read_text() for folder in ("store", "plan.json") for file in files(tmp_path / folder)]
    assert kept
    assert not [text for text in (*kept, captured.out, captured.err) if SECRET in text or auth in text]


def files(path: Path) -> list[Path]:
    """Return a file, or all of a folder."""
    return [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
