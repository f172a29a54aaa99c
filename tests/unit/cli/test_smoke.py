"""`platformctl smoke` and what it needs of a host: exit codes, outputs, what is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
import yaml

from platformctl.cli import main
from tests.lab.tcp_server import answers_http, tcp_server
from tests.unit.recording import MEERKAT, RECORDINGS, copied

MODULE = "np-meerkat-frontend"
UP = b"HTTP/1.1 200 OK\r\n\r\n"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVAlRcZdHuM51qdBJPsjsO/CZvFK2Y6X9T4VE3iIIgo observer\n"


def declared(folder: Path, *probes: Mapping[str, Any]) -> Path:
    """Copy a recording whose module has these probes."""
    catalog = copied(MEERKAT, folder)
    place = catalog / "modules" / MODULE / "module.yaml"
    place.write_text(yaml.safe_dump({**yaml.safe_load(place.read_text()), "smoke": {"probes": list(probes)}}))
    return catalog


def smoke(catalog: Path, store: Path, *more: str) -> int:
    """Run the smokes of a catalog with a store of its own."""
    return main(["smoke", "--catalog", str(catalog), "--store", str(store), *more])


def test_a_recording_cannot_be_smoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its services may be asked, and are; what runs there now is not known, and nothing is asked from there: 3."""
    with tcp_server(answers_http(UP)) as server:
        probe = {"http": {"url": f"http://127.0.0.1:{server.port}/"}}
        catalog = declared(tmp_path, probe, {**probe, "from": "host"})
        assert smoke(catalog, tmp_path / "store", "--format", "json", "--module", MODULE) == 3
    shown = capsys.readouterr()
    (document,) = json.loads(shown.out)
    assert [(one["outcome"], one["reason"]) for one in document["probes"]] == [
        ("pass", "answered"),
        ("error", "no-way"),
        ("error", "recorded-host"),
    ]
    kept = list((tmp_path / "store/smokes" / MODULE).glob("*/smoke.json"))
    assert [json.loads(file.read_text()) for file in kept] == [document]
    assert shown.err == f"kept as {kept[0]}\nerror: 1 error of 1 module (exit code 3)\n"


def test_drift_is_1(tmp_path: Path) -> None:
    """The plan proves that the module is not as declared; a CI sees that as a failure, and no probe as passed."""
    out = tmp_path / "junit.xml"
    drifted = copied(RECORDINGS / "docker-20.10-classic" / "drifted", tmp_path)
    assert smoke(drifted, tmp_path / "store", "--format", "junit", "--out", str(out)) == 1
    (suite,) = fromstring(out.read_text())  # noqa: S314  made here
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "1", "1")


def test_unusable_input_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A module that is not there is said before any host is looked at, and nothing is kept."""
    assert smoke(MEERKAT, tmp_path / "store", "--module", "np-meerkat") == 2
    assert capsys.readouterr().err == "there is no module 'np-meerkat'; did you mean 'np-meerkat-frontend'?\n"
    assert not (tmp_path / "store/smokes").exists()


def key_for(catalog: Path, folder: Path, *more: str) -> int:
    """Print the line of a key that is tied to the probes of a catalog."""
    (folder / "observer.pub").write_text(KEY)
    key = ["host-agent", "authorized-key", "--key", str(folder / "observer.pub")]
    return main([*key, "--catalog", str(catalog), *more])


def test_a_key_is_tied_to_the_probes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What probes ask from the host is permitted, beside what is said besides, and each place once."""
    host = yaml.safe_load((MEERKAT / "modules" / MODULE / "module.yaml").read_text())["host"]
    url = {"http": {"url": "https://shop.example/", "connect": "127.0.0.1:8443"}, "from": "host"}
    mail = {"tcp": {"address": "127.0.0.1", "port": 25}, "from": "host"}
    catalog = declared(tmp_path, url, mail, {"tcp": {"address": "127.0.0.1", "port": 26}})
    assert key_for(catalog, tmp_path, "--host", host, "--permit", "127.0.0.1:25") == 0
    assert capsys.readouterr().out == (
        'restrict,command="/usr/local/bin/platformctl-agent",port-forwarding,permitlisten="none.invalid:1",'
        f'permitopen="127.0.0.1:25",permitopen="127.0.0.1:8443" {KEY}'
    )


def test_a_key_for_a_host_without_probes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is forwarded, and that is said; a host that is not there, or none at all, is refused."""
    host = yaml.safe_load((MEERKAT / "modules" / MODULE / "module.yaml").read_text())["host"]
    assert key_for(MEERKAT, tmp_path, "--host", host) == 0
    shown = capsys.readouterr()
    assert shown.out == f'restrict,command="/usr/local/bin/platformctl-agent" {KEY}'
    assert shown.err == f"no probe of the catalog is asked from {host}: nothing is permitted for it\n"
    assert key_for(MEERKAT, tmp_path, "--host", f"{host}0") == 2
    assert capsys.readouterr().err == f"there is no host '{host}0'; did you mean '{host}'?\n"
    assert key_for(MEERKAT, tmp_path) == 2
    asked = "--catalog and --host go together: which host's probes are to be permitted?\n"
    assert capsys.readouterr().err == asked
