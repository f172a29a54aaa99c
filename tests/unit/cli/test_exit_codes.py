"""The exit code is the verdict, and everything that is no verdict has a code of its own."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from platformctl.cli import guarded, main
from platformctl.errors import Failure, InputInvalid, LookFailed, Problem, StoreUnwritable
from platformctl.reason import Reason
from tests.unit.recording import FLEET, MEERKAT, RECORDINGS, copied

from .run import PLATFORMCTL, environment
from .terminal import SIZE, Terminal

STATES = RECORDINGS / "docker-20.10-classic"
SECONDS = "should be a number of seconds from 0 to 3600"


def plan(catalog: Path, tmp_path: Path, *more: str) -> int:
    """Plan a catalog with a store of its own."""
    return main(["plan", "--catalog", str(catalog), "--store", str(tmp_path / "store"), *more])


def test_in_sync_is_0(tmp_path: Path) -> None:
    """Everything is proven to be as declared."""
    assert plan(MEERKAT, tmp_path) == 0


def test_drift_is_1(tmp_path: Path) -> None:
    """Something is proven to differ."""
    assert plan(STATES / "drifted", tmp_path) == 1


def test_inconclusive_is_3(tmp_path: Path) -> None:
    """Something could not be proven either way."""
    catalog = copied(STATES / "loaded", tmp_path)
    for lock in catalog.glob("modules/*/image.lock.json"):
        lock.unlink()
    assert plan(catalog, tmp_path, "--offline") == 3


def test_an_unreadable_host_is_3(tmp_path: Path) -> None:
    """A host that says nothing proves nothing."""
    catalog = copied(MEERKAT, tmp_path)
    (catalog / "host.json").unlink()
    assert plan(catalog, tmp_path) == 3


def test_a_wrong_catalog_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong is said with its place, and nothing is printed as a result."""
    catalog = copied(MEERKAT, tmp_path)
    module = catalog / "modules/np-meerkat-frontend/module.yaml"
    module.write_text(module.read_text().replace("container:", "containr:"))
    assert plan(catalog, tmp_path) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{module}:4: unknown key 'containr'; did you mean 'container'?" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "platformctl: the following arguments are required: VERB; try 'platformctl --help'\n"),
        (
            ["plan", "--confirm-after", "soon"],
            f"platformctl plan: argument --confirm-after: 'soon' {SECONDS}; try 'platformctl plan --help'\n",
        ),
        (
            ["plan", "--confirm-after", "nan"],
            f"platformctl plan: argument --confirm-after: 'nan' {SECONDS}; try 'platformctl plan --help'\n",
        ),
        (
            ["observe", "--out", "x"],
            "platformctl observe: the following arguments are required: --host; try 'platformctl observe --help'\n",
        ),
        (
            ["plan", "--module"],
            "platformctl plan: argument --module: expected at least one argument; try 'platformctl plan --help'\n",
        ),
        (["plan", "extra"], "platformctl: unrecognized arguments: extra; try 'platformctl --help'\n"),
    ],
)
def test_a_usage_error_is_2_in_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what is wrong and where help is."""
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert capsys.readouterr().err == message


def test_an_unknown_module_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that the catalog does not have is met by the nearest one."""
    assert plan(FLEET, tmp_path, "--module", "np-umani") == 2
    assert capsys.readouterr().err == "there is no module 'np-umani'; did you mean 'np-umami'?\n"


def test_names_add_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--module a b --module c` means all three."""
    names = ["np-api", "np-legacy", "worker"]
    assert plan(FLEET, tmp_path, "--module", *names[:2], "--module", names[2], "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert [module["name"] for module in document["modules"]] == names
    assert [host["name"] for host in document["hosts"]] == ["rs1000"]


def test_a_host_narrows_the_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--host` plans what is declared for it and looks nowhere else."""
    assert plan(FLEET, tmp_path, "--host", "rs1000", "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert [module["name"] for module in document["modules"]] == ["np-api", "np-legacy", "worker"]


def test_out_gets_what_would_be_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--out` writes the same bytes to a file, times aside, and prints none of them."""
    plan(MEERKAT, tmp_path, "--format", "markdown")
    printed = capsys.readouterr().out.splitlines()
    plan(MEERKAT, tmp_path, "--format", "markdown", "--out", str(tmp_path / "new" / "plan.md"))
    written = (tmp_path / "new" / "plan.md").read_text().splitlines()
    assert capsys.readouterr().out == ""
    assert [line for line in written if "Plan " not in line] == [line for line in printed if "Plan " not in line]


def test_the_catalog_is_wherever_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder whose name is no UTF-8 text is planned like any other."""
    catalog = copied(MEERKAT, tmp_path).rename(tmp_path / "caf\udce9")
    assert plan(catalog, tmp_path, "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["catalog"]["path"].endswith("caf\ufffd")


def _raise(error: BaseException) -> Callable[[], int]:
    def run() -> int:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (InputInvalid([Problem("a.yaml", 3, "wrong")]), 2, "a.yaml:3: wrong\n"),
        (StoreUnwritable("no room"), 2, "no room\n"),
        (LookFailed(Failure(Reason.TIMED_OUT, "h1: 10 s")), 3, "timed-out: h1: 10 s\n"),
        (KeyboardInterrupt(), 130, "stopped; nothing was concluded\n"),
    ],
)
def test_errors_have_codes(error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each kind of error has its code and its sentence."""
    assert guarded(_raise(error)) == code
    assert capsys.readouterr().err == said


def test_a_crash_is_not_drift(capsys: pytest.CaptureFixture[str]) -> None:
    """Python's own exit code for a crash is 1, which would accuse a host of drift."""
    assert guarded(_raise(RuntimeError("oops"))) == 3
    assert capsys.readouterr().err.endswith(
        "RuntimeError: oops\nnothing was concluded: this is a bug in platformctl; please report the lines above\n"
    )


def test_an_unwritable_store_stops_before_any_host(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a plan could not be kept, no host is asked for one."""
    with socket.create_server(("127.0.0.1", 0)) as host:
        catalog = _catalog_at(host, tmp_path)
        (tmp_path / "file").touch()
        arguments = ["plan", "--catalog", str(catalog), "--store", str(tmp_path / "file" / "store")]
        assert main(arguments) == 2
        host.setblocking(False)  # noqa: FBT003  the only way to say it
        with pytest.raises(BlockingIOError):
            host.accept()
    assert capsys.readouterr().err == f"{tmp_path / 'file' / 'store' / 'plans'} cannot be made: Not a directory\n"


def test_ctrl_c_is_130(tmp_path: Path) -> None:
    """Who stops a plan gets no verdict and no traceback, and a clean terminal: no hosts, and the cursor is back."""
    terminal = Terminal(SIZE)
    with socket.create_server(("127.0.0.1", 0)) as host:
        arguments = ["plan", "--catalog", str(_catalog_at(host, tmp_path)), "--store", str(tmp_path / "store")]
        with subprocess.Popen(
            [*PLATFORMCTL, *arguments],
            stdout=subprocess.PIPE,
            stderr=terminal.descriptor,
            env=environment(TERM="xterm"),
        ) as process:
            connection, _ = host.accept()
            while "looking" not in terminal.so_far():
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            connection.close()
            out, _ = process.communicate()
    shown, _, left = terminal.written().rpartition("\x1b[?25h")
    assert (process.returncode, out) == (130, b"")
    assert "0 of 1 hosts done, 1 under way" in shown
    assert re.sub(r"\x1b\[[0-9]*[AK]|\r", "", left) == "stopped; nothing was concluded\n"


def _catalog_at(host: socket.socket, tmp_path: Path) -> Path:
    """Return a catalog whose only host is this socket, which answers nothing."""
    catalog = copied(MEERKAT, tmp_path)
    url = f"tcp://127.0.0.1:{host.getsockname()[1]}"
    (catalog / "hosts.yaml").write_text(
        f'schema: platformctl/inventory/v1\nhosts:\n  rs2000: {{transport: docker, url: "{url}"}}\n'
    )
    return catalog
