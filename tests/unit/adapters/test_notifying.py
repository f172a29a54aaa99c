"""Telling people over a real web hook and real mail: what was told is remembered, and nothing is lost or repeated."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from platformctl.adapters.notifying import MAX_PENDING, notify, try_targets
from platformctl.adapters.store import Store
from platformctl.cli import main
from platformctl.errors import InputInvalid
from platformctl.plan.plan import Plan
from tests.repository import git_repository
from tests.unit.adapters.mailbox import Mailbox, mail_server, web_hook
from tests.unit.plan.one_host import container, look, plan


@pytest.fixture
def hook() -> Iterator[Mailbox]:
    """A web hook."""
    with web_hook() as box:
        yield box


@pytest.fixture
def catalog(tmp_path: Path, hook: Mailbox) -> Path:
    """A catalog whose one target is the web hook."""
    return told_by(tmp_path / "catalog", hook=hook)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path / "store")


def told_by(catalog: Path, **targets: Mailbox) -> Path:
    """Write notify.yaml and the files that it names."""
    catalog.mkdir(exist_ok=True)
    lines = ["schema: platformctl/notify/v1", "link: https://prefect.example/", "targets:"]
    for name, box in targets.items():
        file = catalog / f"{name}.url"
        file.write_text(f"{box.url}\n")
        file.chmod(0o600)
        lines.append(f"  - {{name: {name}, url_file: {name}.url}}")
    (catalog / "notify.yaml").write_text("\n".join(lines) + "\n")
    return catalog


def night(day: int, state: str = "running") -> Plan:
    """Return the plan of a night."""
    return replace(plan(look(container(State={"Status": state}))), created_at=f"2026-01-{day:02}T03:17:00+00:00")


def titles(box: Mailbox) -> list[str]:
    """Return the titles of what arrived."""
    return [title for title, _ in box.messages]


def test_only_changes_are_told(catalog: Path, store: Store, hook: Mailbox) -> None:
    """A baseline, a red, nothing for the same red, a recovery; the body links to the run that found it."""
    for made in (night(1), night(2, "exited"), night(3, "exited"), night(4), night(5)):
        notify(made, catalog, store, "f00d")
    assert titles(hook) == ["platformctl: watching, 1 in-sync", "platformctl: 1 drift", "platformctl: 1 recovered"]
    assert hook.messages[1][1].splitlines() == [
        "Drift on h1 (state-differs): web",
        "    The container is in another state than declared.",
        "    web: container.state declared running, observed exited",
        "",
        f"Plan {night(2, 'exited').plan_id[:12]} of 2026-01-02T03:17:00+00:00",
        "https://prefect.example/runs/flow-run/f00d",
    ]


def test_a_plan_that_is_told_again_tells_nothing(catalog: Path, store: Store, hook: Mailbox) -> None:
    """A run that is executed again, or another process with the same plan, sends nothing a second time."""
    for made in (night(1), night(2, "exited"), night(2, "exited"), night(1)):
        notify(made, catalog, Store(store.root))
    assert titles(hook) == ["platformctl: watching, 1 in-sync", "platformctl: 1 drift"]


def test_what_nobody_took_is_sent_later(catalog: Path, store: Store, hook: Mailbox) -> None:
    """A target that is away hears everything in order when it is back; what was told meanwhile is remembered."""
    notify(night(1), catalog, store)
    hook.open = False
    [away] = notify(night(2, "exited"), catalog, store)
    assert (away.taken, away.line) == (False, "hook could not be told (it answers with 503): platformctl: 1 drift")
    hook.open = True
    notify(night(3), catalog, store)
    assert titles(hook)[1:] == ["platformctl: 1 drift", "platformctl: 1 recovered"]


def test_one_target_that_is_away_keeps_nobody_else_waiting(tmp_path: Path, store: Store) -> None:
    """Each target has its own messages that wait, and one that is no target any more has none."""
    with web_hook() as chat, mail_server() as mail:
        catalog = told_by(tmp_path / "catalog", chat=chat, mail=mail)
        chat.open = False
        notify(night(1), catalog, store)
        assert (titles(chat), titles(mail)) == ([], ["platformctl: watching, 1 in-sync"])
        assert mail.messages[0][1].startswith("This is the first plan: from now on only what changes is told.")
        told_by(catalog, mail=mail)
        [outcome] = notify(night(2, "exited"), catalog, store)
        assert outcome.line == "mail was told: platformctl: 1 drift"


def test_what_waits_is_bounded(catalog: Path, store: Store, hook: Mailbox) -> None:
    """A target that never comes back fills no disk: the oldest messages give way."""
    hook.open = False
    for day in range(1, 29):
        notify(night(day, "exited" if day % 2 else "running"), catalog, store)
    [state] = store.root.glob("notices/*/state.json")
    assert len(json.loads(state.read_text())["pending"]) == MAX_PENDING


def test_nobody_is_told_without_a_file(tmp_path: Path, store: Store) -> None:
    """A catalog without notify.yaml sends nothing and remembers nothing."""
    tmp_path.joinpath("catalog").mkdir()
    assert notify(night(1), tmp_path / "catalog", store) == ()
    assert not store.root.exists()


def test_a_broken_memory_begins_anew(catalog: Path, store: Store, hook: Mailbox) -> None:
    """What somebody else made of the file is no reason to be silent: the next plan is a baseline, and says so."""
    notify(night(1), catalog, store)
    [state] = store.root.glob("notices/*/state.json")
    state.write_text("{")
    notify(night(2), catalog, store)
    assert titles(hook) == ["platformctl: watching, 1 in-sync"] * 2


def test_clones_of_a_catalog_share_what_was_told(tmp_path: Path, store: Store, hook: Mailbox) -> None:
    """A plan from another clone, at a later commit, goes on where the first one was: no baseline anew."""
    origin = git_repository(tmp_path / "origin")
    clone = tmp_path / "clone"
    origin.commit({"hosts.yaml": "1"})
    origin.run("clone", "--quiet", origin.folder.as_uri(), str(clone))
    origin.commit({"hosts.yaml": "2"})
    for day, (folder, state) in enumerate(((origin.folder, "running"), (clone, "exited"), (clone, "exited")), 1):
        notify(night(day, state), told_by(folder, hook=hook), store)
    assert titles(hook) == ["platformctl: watching, 1 in-sync", "platformctl: 1 drift"]


def test_a_secret_is_shown_nowhere(
    catalog: Path, store: Store, hook: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the outcome of a target that takes nothing nor a log nor the store holds the password of its address."""
    hook.open = False
    caplog.set_level(logging.DEBUG)
    outcomes = notify(night(1), catalog, store)
    kept = "".join(path.read_text() for path in store.root.rglob("*.json"))
    told = f"{outcomes}{caplog.text}{kept}"
    assert "s3cret" not in told
    assert "/hook" not in told


def test_a_folder_that_cannot_be_read_is_named(store: Store) -> None:
    """Where nobody can tell whether there is a notify.yaml, that is said, and is no bug."""
    with pytest.raises(InputInvalid, match=r"^m+/notify\.yaml: cannot be read: File name too long$"):
        notify(night(1), Path("m" * 300), store)


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        ("nonsense", 0o600, "hook.url: should hold one Apprise URL, such as mailto://user:password@example.org"),
        ("json://127.0.0.1", 0o644, "hook.url: everybody on this machine may use this secret; chmod 600 keeps it"),
        ("", 0o600, "hook.url: should hold a secret of 1 to 4096 bytes"),
    ],
)
def test_an_unusable_address_is_named(catalog: Path, store: Store, content: str, mode: int, said: str) -> None:
    """The message names the file and what would be right, and nothing of what is in it."""
    (catalog / "hook.url").write_text(content)
    (catalog / "hook.url").chmod(mode)
    with pytest.raises(InputInvalid) as caught:
        notify(night(1), catalog, store)
    assert str(caught.value) == said


def test_a_trial_reaches_every_target(catalog: Path, hook: Mailbox, capsys: pytest.CaptureFixture[str]) -> None:
    """`platformctl notify` sends a message that says what it is, and its exit code tells whether it was taken."""
    assert main(["notify", "--catalog", str(catalog)]) == 0
    hook.open = False
    assert main(["notify", "--catalog", str(catalog)]) == 3
    (catalog / "hook.url").write_text("json://127.0.0.1:1/")
    assert main(["notify", "--catalog", str(catalog)]) == 3
    assert capsys.readouterr().out == (
        "hook was told: platformctl: a trial\n"
        "hook could not be told (it answers with 503): platformctl: a trial\n"
        "hook could not be told (it cannot be reached, or takes no message): platformctl: a trial\n"
    )
    assert hook.messages == [("platformctl: a trial", "Nothing has changed: somebody tries whether messages arrive.")]


def test_a_trial_needs_a_file(tmp_path: Path) -> None:
    """Without notify.yaml there is nobody to try, and the message says where one is shown."""
    with pytest.raises(InputInvalid, match=r"there is no such file; docs/notifications\.md shows one$"):
        try_targets(tmp_path)
