"""The published schemas are those of the code, and say what the code says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.protocols import Validator

from platformctl.adapters.catalog_folder import load_catalog
from platformctl.reason import Reason, Verdict
from platformctl.render.schema import schemas, to_text

ROOT: Final = Path(__file__).parents[2]
NAMES: Final = (
    "history-1.0.schema.json",
    "image-lock-1.schema.json",
    "inventory-1.schema.json",
    "module-1.schema.json",
    "notify-1.schema.json",
    "plan-1.0.schema.json",
    "repositories-1.schema.json",
    "smoke-1.0.schema.json",
    "snapshot-1.schema.json",
)
DEFINED: Final = (
    "image-lock-1.schema.json",
    "inventory-1.schema.json",
    "module-1.schema.json",
    "notify-1.schema.json",
    "repositories-1.schema.json",
)

MODULE: Final = f"""\
schema: platformctl/module/v1
name: np-meerkat-frontend
host: rs2000
container: np-meerkat-frontend
image: ghcr.io/fbuchner/meerkat-crm-frontend@sha256:{"32f7" * 16}
platform: linux/amd64
compose: {{file: compose/apps/compose.yaml, service: np-meerkat-frontend}}
expect: {{state: running, health: healthy}}
smoke: {{probes: [{{http: {{url: "http://127.0.0.1:8080/health", status: 200}}, from: host}}]}}
"""
INVENTORY: Final = """\
schema: platformctl/inventory/v1
hosts:
  rs2000:
    transport: ssh
    address: rs2000.example.net
    port: 22
    user: platform-observer
    known_hosts: ~/.ssh/known_hosts
    identity_file: ~/.ssh/platform_observer
  local: {transport: docker, url: unix:///var/run/docker.sock}
  tcp: {transport: docker, url: tcp://h:2376, tls: {ca: ca.pem, cert: cert.pem, key: key.pem}}
  taped: {transport: snapshot, path: snapshots/taped}
"""
COMPOSE: Final = "services: {np-meerkat-frontend: {}}\n"


def validator(name: str) -> Validator:
    """Return a validator of a published schema."""
    return Draft202012Validator(schemas()[name])


def complaints(name: str, document: dict[str, Any]) -> list[str]:
    """Return what a schema says against a document, with what each of several forms says."""
    return [error.message for error in _errors(validator(name).iter_errors(document))]


def _errors(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    for error in errors:
        yield error
        yield from _errors(error.context)


def properties(node: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every property of a schema, wherever it stands."""
    if isinstance(node, dict):
        yield from node.get("properties", {}).items()
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from properties(child)


def test_there_is_a_schema_for_every_file() -> None:
    """Nine kinds of files are published, and no schema is left over from an earlier version."""
    assert sorted(schemas()) == sorted(path.name for path in (ROOT / "schemas").iterdir()) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_published_schemas_are_those_of_the_code(name: str) -> None:
    """A published schema is what the code makes now; `python -m platformctl.render.schema schemas` renews it."""
    assert (ROOT / "schemas" / name).read_text(encoding="utf-8") == to_text(schemas()[name])


def test_the_command_writes_them_all(tmp_path: Path) -> None:
    """The command that renews the schemas writes each of them, and says nothing."""
    command = [sys.executable, "-m", "platformctl.render.schema", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=True, cwd=ROOT)
    assert done.stdout + done.stderr == b""
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {
        name: to_text(schema) for name, schema in schemas().items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_valid(name: str) -> None:
    """A schema names its dialect, is valid in it, has a title and depends on no address."""
    schema = schemas()[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"].startswith("platformctl ")
    assert "$id" not in schema


@pytest.mark.parametrize("name", DEFINED)
def test_every_key_that_a_user_writes_is_described(name: str) -> None:
    """An editor can say what each key is for, and what is wrong with a text of the wrong form."""
    found = dict(properties(schemas()[name]))
    assert found
    assert [key for key, schema in found.items() if not schema.get("description")] == []
    assert [key for key, schema in found.items() if "pattern" in schema and "patternErrorMessage" not in schema] == []


def test_the_example_of_the_documentation_is_valid(tmp_path: Path) -> None:
    """Module, inventory and repositories as they are shown fit the schemas, and the reader accepts them too."""
    assert complaints("module-1.schema.json", yaml.safe_load(MODULE)) == []
    assert complaints("inventory-1.schema.json", yaml.safe_load(INVENTORY)) == []
    repositories = (ROOT / "deployments/repositories.example.yaml").read_text(encoding="utf-8")
    assert complaints("repositories-1.schema.json", yaml.safe_load(repositories)) == []
    for name, text in {
        "modules/np-meerkat-frontend/module.yaml": MODULE,
        "hosts.yaml": INVENTORY,
        "compose/apps/compose.yaml": COMPOSE,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert [module.name for module in load_catalog(tmp_path).modules] == ["np-meerkat-frontend"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("host: rs2000", "hosts: rs2000", "Additional properties are not allowed ('hosts' was unexpected)"),
        ("from: host", "origin: host", "Additional properties are not allowed ('origin' was unexpected)"),
        ("schema: ", "format: ", "Additional properties are not allowed ('format' was unexpected)"),
        ("module/v1", "module/v2", "'platformctl/module/v1' was expected"),
        ("status: 200", "status: 2000", "2000 is greater than the maximum of 599"),
        ("name: np-meerkat-frontend", "name: 7", "7 is not of type 'string'"),
    ],
)
def test_an_editor_sees_what_the_reader_refuses(old: str, new: str, complaint: str) -> None:
    """Names of keys are those that the file has, and a wrong key, type or value is seen."""
    assert complaint in complaints("module-1.schema.json", yaml.safe_load(MODULE.replace(old, new, 1)))


def test_every_recording_fits_the_schemas() -> None:
    """Modules, inventories, locks and snapshots that real engines were recorded with are valid documents."""
    kinds = {
        "module.yaml": "module-1.schema.json",
        "hosts.yaml": "inventory-1.schema.json",
        "image.lock.json": "image-lock-1.schema.json",
        "host.json": "snapshot-1.schema.json",
    }
    for file, name in kinds.items():
        paths = list((ROOT / "tests" / "recordings").rglob(file))
        assert len(paths) > 10
        check = validator(name)
        # JSON is YAML, and these files hold nothing on which the two differ.
        wrong = [path for path in paths if not check.is_valid(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader))]
        assert wrong == []


def test_a_plan_tells_its_verdicts_and_reasons_as_closed_lists() -> None:
    """Whoever reads plan.json can rely on the published codes: they are all in the schema, and no others."""
    definitions = schemas()["plan-1.0.schema.json"]["$defs"]
    assert definitions["Verdict"]["enum"] == [verdict.value for verdict in Verdict]
    assert definitions["Reason"]["enum"] == [reason.value for reason in Reason]
    module = definitions["ModulePlan"]["properties"]
    assert (module["status"], module["reason"]) == ({"$ref": "#/$defs/Verdict"}, {"$ref": "#/$defs/Reason"})
