"""Where output goes away or finds no room, the verdict stays what it is."""

from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from platformctl.cli import main
from tests.unit.recording import FLEET

from .run import PLATFORMCTL, environment, platformctl


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    """`platformctl plan | head -1` ends quietly, with the plan's exit code."""
    code, said = _with_closed_output("plan", "--catalog", str(FLEET), "--store", str(tmp_path), "--format", "json")
    assert code == 1
    kept = next(tmp_path.glob("plans/*/*/plan.json"))
    assert said == f"kept as {kept}\ndrift: 2 drift, 6 in-sync of 8 modules on 2 hosts (exit code 1)\n"


def test_help_into_a_closed_pipe_is_quiet() -> None:
    """Help that nobody reads is no reason for a traceback."""
    assert _with_closed_output("--help") == (0, "")


def _with_closed_output(*arguments: str) -> tuple[int, str]:
    with subprocess.Popen(
        [*PLATFORMCTL, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        return process.wait(), process.stderr.read()


def test_closed_standard_error_is_no_drift(tmp_path: Path) -> None:
    """Where nobody hears what is said beside the plan, the exit code is still the plan's."""
    with subprocess.Popen(
        [*PLATFORMCTL, "plan", "--catalog", str(FLEET), "--store", str(tmp_path), "--host", "rs1000"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stderr.close()
        assert process.stdout.read().endswith("in-sync: 3 in-sync of 3 modules on 1 host (exit code 0)\n")
        assert process.wait() == 0


def test_no_standard_error_at_all(tmp_path: Path) -> None:
    """Where a supervisor has closed it, the plan is shown alone, and its exit code stands."""
    command = [*PLATFORMCTL, "plan", "--catalog", str(FLEET), "--store", str(tmp_path), "--host", "rs1000"]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" 2>&-', "sh", *command], capture_output=True, text=True, env=environment(), check=False
    )
    assert (done.returncode, done.stdout.splitlines()[0][:5]) == (0, "Plan ")
    assert done.stdout.endswith("in-sync: 3 in-sync of 3 modules on 1 host (exit code 0)\n")


def test_out_goes_where_it_is_told(tmp_path: Path) -> None:
    """A link stays a link, a pipe is written to, and what is no file is said before any host is looked at."""
    (tmp_path / "there").write_text("old")
    (tmp_path / "link").symlink_to("there")
    os.mkfifo(tmp_path / "pipe")
    plan = ["plan", "--catalog", str(FLEET), "--store", str(tmp_path / "store"), "--host", "rs1000", "--out"]
    with ThreadPoolExecutor() as reader:
        piped = reader.submit((tmp_path / "pipe").read_text)
        assert [main([*plan, str(tmp_path / name)]) for name in ("link", "pipe")] == [0, 0]
        assert piped.result().splitlines()[0][:5] == "Plan "
    assert (tmp_path / "link").readlink() == Path("there")
    assert (tmp_path / "there").read_text().splitlines()[0][:5] == "Plan "
    assert (tmp_path / "pipe").is_fifo()
    shutil.rmtree(tmp_path / "store")
    for wrong in ("", str(tmp_path)):
        with pytest.raises(SystemExit, match="2"):
            main([*plan, wrong])
    assert not (tmp_path / "store").exists()


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    """A result that could not be written is no success."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PLATFORMCTL, "plan", "--catalog", str(FLEET), "--store", str(tmp_path), "--host", "rs1000"],
            stdout=full, stderr=subprocess.PIPE, text=True, env=environment(), check=False,
        )  # fmt: skip
    kept = f"kept as {next(tmp_path.glob('plans/*/*/plan.json'))}\n"
    said = f"{kept}standard output cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_output_is_utf_8_everywhere(tmp_path: Path) -> None:
    """A terminal of the last century changes no byte of a plan."""
    done = subprocess.run(
        [*PLATFORMCTL, "plan", "--catalog", str(FLEET), "--store", str(tmp_path), "--format", "markdown"],
        capture_output=True, env=environment(PYTHONIOENCODING="ascii"), check=False,
    )  # fmt: skip
    assert done.stdout.decode("utf-8").startswith("# 🔴 drift: 2 drift, 6 in-sync of 8 modules on 2 hosts\n")


def test_python_m_is_the_command(tmp_path: Path) -> None:
    """`python -m platformctl` is the same program."""
    done = platformctl("--version")
    assert (done.returncode, done.stdout) == (0, "platformctl 0.1.0\n")
    assert not list(tmp_path.iterdir())
