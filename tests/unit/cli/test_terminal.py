"""What a terminal shows, and what a pipe gets: whole outputs, on a real pseudo terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from platformctl.cli import main
from platformctl.cli.colour import painted
from platformctl.cli.output import deliver
from platformctl.cli.progress import Board
from platformctl.observe.stage import Stage
from tests.unit.plan.strategies import unhurried
from tests.unit.recording import MEERKAT
from tests.unit.render.example import GOLDEN

from .terminal import SIZE, Terminal, stream

FORMS: Final = {"text": "txt", "json": "json", "markdown": "md", "junit": "xml", "html": "html"}
PLAIN: Final[dict[str, dict[str, str]]] = {
    "no-color": {"TERM": "xterm", "NO_COLOR": "1", "FORCE_COLOR": "1"},
    "dumb": {"TERM": "dumb"},
}
SGR: Final = re.compile(r"\x1b\[[0-9;]*m")
VERDICT: Final = "drift: 2 drift, 2 inconclusive, 6 in-sync of 10 modules on 3 hosts (exit code 1)"


@pytest.fixture(autouse=True)
def _no_wishes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what whoever runs the tests wishes of colours."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def shows(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[str, str]]:
    """Return what runs something with both streams on terminals, and returns what these got."""

    def run(work: Callable[[], object], size: tuple[int, int] = SIZE) -> tuple[str, str]:
        terminals = Terminal(size), Terminal(size)
        with stream(terminals[0]) as out, stream(terminals[1]) as error, monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", error)
            work()
        return terminals[0].written(), terminals[1].written()

    return run


def golden(form: str) -> str:
    """Return the example plan in a form."""
    return (GOLDEN / f"fleet.{FORMS[form]}").read_text()


def delivered(form: str, out: Path | None = None) -> Callable[[], None]:
    """Return what delivers the example plan."""
    return lambda: deliver(golden(form), form, out, VERDICT)


@pytest.mark.parametrize("form", FORMS)
def test_a_terminal_shows_what_a_pipe_gets(
    form: str,
    shows: Callable[..., tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Only a text gets colours, which change no character; where it is another form, the verdict is said beside it."""
    said = "" if form == "text" else f"{VERDICT}\n"
    monkeypatch.setenv("TERM", "xterm-256color")
    delivered(form)()
    assert tuple(capfd.readouterr()) == (golden(form), said)
    out, error = shows(delivered(form))
    assert (SGR.sub("", out), SGR.sub("", error)) == (golden(form), said)
    assert ("\x1b" in out, "\x1b" in error) == (form == "text", form != "text")
    for wishes in PLAIN.values():
        with monkeypatch.context() as patch:
            for name, value in wishes.items():
                patch.setenv(name, value)
            assert shows(delivered(form)) == (golden(form), said)


def test_colours_can_be_forced(
    shows: Callable[..., tuple[str, str]], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The log of a CI shows colours without being a terminal; it gets the same as one where it asks for them."""
    monkeypatch.setenv("TERM", "xterm")
    out, _ = shows(delivered("text"))
    monkeypatch.setenv("FORCE_COLOR", "1")
    delivered("text")()
    assert capfd.readouterr().out == out
    monkeypatch.setenv("FORCE_COLOR", "0")
    delivered("text")()
    assert capfd.readouterr().out == golden("text")


def test_the_colours(shows: Callable[..., tuple[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Red is drift, yellow what is not known, and of what is green only the sign: all of it is there in words too."""
    monkeypatch.setenv("TERM", "xterm")
    lines = shows(delivered("text"))[0].splitlines()
    assert lines[3] == "\x1b[1;32m=\x1b[0m  np-api               rs1000  in-sync       exact"
    assert lines[4] == "\x1b[31m~  np-backup            rs2000  drift         state-differs\x1b[0m"
    assert lines[5] == "\x1b[33m?  np-far-db            rs3000  inconclusive  timed-out\x1b[0m"
    assert lines[-4] == "\x1b[1mNot managed by any module:\x1b[0m"
    assert lines[-1] == f"\x1b[1;31m{VERDICT}\x1b[0m"


@unhurried
@given(st.text(st.sampled_from("=~?!- :a\n\x85漢[]") | st.characters()))
def test_colours_change_no_character(text: str) -> None:
    """Whatever a verb prints, what a terminal shows of it is that very text."""
    assume("\x1b" not in text)
    assert SGR.sub("", painted(text)) == text


@pytest.mark.parametrize("name", ["fleet.txt", "history.txt", "explain-drift.txt"])
def test_every_text_is_painted(name: str) -> None:
    """A text whose last line is no verdict has it in bold, and no other has none."""
    last = painted((GOLDEN / name).read_text()).splitlines()[-1]
    assert last.startswith("\x1b[1m" if name == "history.txt" else "\x1b[1;31m")


@pytest.mark.parametrize("form", FORMS)
def test_a_file_gets_the_plan_and_the_terminal_the_verdict(
    form: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """With `--out` nothing is printed but the verdict, beside what a pipe reads."""
    delivered(form, tmp_path / "plan")()
    assert (tmp_path / "plan").read_text() == golden(form)
    assert tuple(capfd.readouterr()) == ("", f"{VERDICT}\n")


def test_a_run_on_a_terminal(
    tmp_path: Path, shows: Callable[..., tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The view of the hosts is gone before anything else is said, the cursor is back, and the verdict is last."""
    monkeypatch.setenv("TERM", "xterm")
    out, error = shows(lambda: main(["plan", "--catalog", str(MEERKAT), "--store", str(tmp_path)]))
    assert out.endswith("\x1b[1;32min-sync: 1 in-sync of 1 module on 1 host (exit code 0)\x1b[0m\n")
    view, _, said = error.rpartition("\x1b[?25h")
    assert view.startswith("\x1b[?25l")
    assert said.endswith(f"kept as {next(tmp_path.glob('plans/*/*/plan.json'))}\n")
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in "".join(shows(lambda: main(["plan", "--catalog", str(MEERKAT), "--store", str(tmp_path)])))


def board(count: int) -> Board:
    """Return a view of hosts: the first few looked at, tried again, failed and done, the rest waiting."""
    view = Board([f"h{number:03}" for number in range(count)], "hosts")
    view.tell("h000", Stage.ANSWERED, "3 containers")
    view.tell("h001", Stage.FAILED, "timed-out")
    view.tell("h002", Stage.RETRYING, "timed-out, try 2 of 3")
    view.tell("h003", Stage.DOUBTED, "after 10 s")
    return view


def test_every_host_has_its_line() -> None:
    """Where there is room hosts stand in the order of their names, each with its state."""
    view = board(5)
    assert [(name, told) for name, _, told in view.lines(24)] == [
        ("h000", "answered: 3 containers"),
        ("h001", "failed: timed-out"),
        ("h002", "trying again: timed-out, try 2 of 3"),
        ("h003", "second look follows: after 10 s"),
        ("h004", "waiting"),
    ]
    assert view.left_out(24) == ""
    assert view.headline() == "2 of 5 hosts done, 2 under way, 1 waiting"


def test_a_small_terminal_shows_what_is_under_way() -> None:
    """Of 200 hosts those are shown that somebody waits for, and the rest are counted."""
    view = board(200)
    assert [name for name, _, _ in view.lines(6)] == ["h002", "h003", "h001"]
    assert view.left_out(6) == "196 waiting, 1 answered"
    assert view.headline() == "2 of 200 hosts done, 2 under way, 196 waiting"


@pytest.mark.parametrize(("columns", "rows"), [(40, 5), (80, 24), (10, 3), (200, 60)])
def test_the_view_keeps_to_the_terminal(columns: int, rows: int) -> None:
    """It has never more lines or columns than the terminal, of which wide characters take two."""
    shown = drawn(board(200), columns, rows)
    assert len(shown) <= rows
    assert all(cell_len(line) <= columns for line in shown)


def test_what_hosts_say_is_only_text() -> None:
    """A detail is neither markup nor a control code, and its letters may be of any script."""
    view = Board([], "hosts")
    view.tell("h1", Stage.PROBING, "[bold]\u6f22\u5b57\U0001f7e2[/bold] \x1b[2J\r\n\u202e\u05e9")
    assert (
        drawn(view, 80, 24)[1] == "\u00b7 h1  probing: [bold]\u6f22\u5b57\U0001f7e2[/bold] \\x1b[2J\\r\\n\\u202e\u05e9"
    )
    assert drawn(view, 24, 24)[1] == "\u00b7 h1  probing: [bold]\u6f22\u2026"


def drawn(view: Board, columns: int, rows: int) -> list[str]:
    """Return the lines that a terminal of this size shows."""
    screen = StringIO()
    console = Console(file=screen, force_terminal=True, color_system=None, width=columns, height=rows)
    console.print(view, end="")
    return screen.getvalue().splitlines()
