"""`platformctl lock` as a person calls it: what it prints where, and how it ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from platformctl.cli import main
from tests.unit.adapters.registry_catalog import declare
from tests.unit.adapters.registry_server import Server, image, serving

from .run import environment

WEB, OTHER = image(), image("other")
LIMITED = """
import resource, sys
from platformctl.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (1400, 1400))
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def registry() -> Iterator[Server]:
    """A registry that has one image."""
    with serving(WEB.answers) as server:
        yield server


def lock(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    """Run the verb and return its exit code and what it wrote to standard output and standard error."""
    capsys.readouterr()
    code = main(["lock", "--catalog", str(folder), "--store", str(folder / "store"), *options])
    return (code, *capsys.readouterr())


def test_results_and_failures(tmp_path: Path, registry: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """What was done goes to standard output, what failed to standard error, and one failure makes the exit code 1."""
    declare(
        tmp_path,
        lost=f"{registry.address}/apps/web@{OTHER.digest}",
        tag=f"{registry.address}/apps/web:1.4",
        web=f"{registry.address}/apps/web@{WEB.digest}",
    )
    pin = f"modules/tag/module.yaml: pin it as {registry.address}/apps/web:1.4@{WEB.digest}"
    why = f"http://{registry.address}: manifests/{OTHER.digest} of apps/web: it has none"
    done, failed = "modules/web/image.lock.json: written", f"modules/lost/image.lock.json: not written: {why}"
    assert lock(tmp_path, capsys) == (1, f"{pin}\n{done}\n", f"{failed}\n")
    assert lock(tmp_path, capsys, "--module", "web") == (0, "modules/web/image.lock.json: written\n", "")


def test_check(tmp_path: Path, registry: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """Where every pin has its lock it is 0 and prints nothing; one without is a line, and 1. The verdict is last."""
    declare(tmp_path, web=f"{registry.address}/apps/web@{WEB.digest}")
    command = f"platformctl lock --catalog {tmp_path} --module web"
    line = f"{tmp_path}/modules/web/image.lock.json: there is no lock for the pin; write it with: {command}\n"
    assert lock(tmp_path, capsys, "--check") == (1, line, "unlocked: 1 pin without a lock that fits (exit code 1)\n")
    lock(tmp_path, capsys)
    fits = "locked: every pin has a lock that fits (exit code 0)\n"
    assert lock(tmp_path, capsys, "--check") == (0, "", fits)
    assert lock(tmp_path, capsys, "--check", "--module", "web") == (0, "", fits)


@pytest.mark.parametrize("options", [(), ("--check",)], ids=["write", "check"])
def test_unusable_input(tmp_path: Path, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """A module that is not there, or a catalog that cannot be read, is 2, and nobody is asked."""
    declare(tmp_path, web=f"registry.invalid/web@{WEB.digest}")
    assert lock(tmp_path, capsys, *options, "--module", "wbe") == (
        2,
        "",
        "there is no module 'wbe'; did you mean 'web'?\n",
    )
    (tmp_path / "hosts.yaml").write_text("hosts: [")
    code, out, error = lock(tmp_path, capsys, *options)
    assert (code, out) == (2, "")
    assert error.startswith(f"{tmp_path / 'hosts.yaml'}:")


@pytest.mark.parametrize(
    ("registries", "said"),
    [
        ({"ghcr.io": {"plain_http": True, "ca": "ca.pem"}}, "registries.ghcr.io.plain_http: contradicts ca, since"),
        ({"ghcr.io": {"mirrors": ["https://ann:pw@m.example"]}}, "registries.ghcr.io.mirrors: should hold no login; "),
        ({"ghcr.io": {"mirrors": ["m.example"]}}, "registries.ghcr.io.mirrors.0: should be a URL such as https://"),
        ({"ghcr.io": {"mirror": []}}, "unknown key 'mirror'; did you mean 'mirrors'?"),
        ({"https://ghcr.io": {}}, "registries"),
    ],
)
def test_unusable_ways(
    tmp_path: Path, registries: dict[str, object], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the inventory says of registries is checked like everything that a person writes."""
    declare(tmp_path, registries, web=f"registry.invalid/web@{WEB.digest}")
    code, out, error = lock(tmp_path, capsys, "--check")
    assert (code, out) == (2, "")
    assert error.startswith(f"{tmp_path / 'hosts.yaml'}:")
    assert said in error
    assert "pw" not in error


def test_a_lock_without_room(tmp_path: Path, registry: Server) -> None:
    """Where a lock cannot be written whole the old one stays, and the other modules get theirs."""
    single = next(path for path in WEB.bodies if path.startswith("manifests/")).removeprefix("manifests/")
    declare(
        tmp_path,
        big=f"{registry.address}/apps/web@{WEB.digest}",
        small=f"{registry.address}/apps/web@{single}",
    )
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, "lock", "--catalog", tmp_path, "--store", tmp_path / "store"],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "modules/small/image.lock.json: written\n")
    assert done.stderr == (
        "modules/big/image.lock.json: not written: "
        f"{tmp_path}/modules/big/image.lock.json cannot be written: File too large\n"
    )
    assert [path.name for path in (tmp_path / "modules" / "big").iterdir()] == ["module.yaml"]
