"""Nothing that could stand in a file makes anything but a catalog or a list of problems."""

from __future__ import annotations

import json
from typing import Any, Final

import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from platformctl.catalog.catalog import Catalog, CatalogSources, read_catalog
from platformctl.catalog.source import SourceFile
from platformctl.errors import InputInvalid

from .files import DIGEST, HOSTS, MODULE

_LOCK: Final = "modules/web/image.lock.json"
_WORDS: Final = (
    "schema", "name", "host", "container", "select", "image", "platform", "compose", "expect", "smoke", "file",
    "service", "project", "state", "health", "probes", "http", "url", "status", "from", "hosts", "transport", "address",
    "port", "tls", "path", "digest", "manifests", "configs", "mediaType", "diffIds", "config", "platformctl/module/v1",
    "platformctl/inventory/v1", "platformctl/image-lock/v1", "ssh", "docker", "snapshot", "web",
    "h1", DIGEST, "tcp://x:1",
)  # fmt: skip
_TOKENS: Final = (
    *_WORDS, ": ", ": ", "\n", "\n", "\n  ", "\n  - ", "{", "}", "[", "]", ", ", "? ", "- ", "&a ", "*a", "<<: ",
    "!!int ", "!!bool ", "!x ", '"', "'", "|\n", ">\n", "---\n", "...\n", "%YAML 1.1\n", "# ", "\t", "\r",
    "\0", "\ufeff", "~",
    "yes", "0x_", "1e999", ".nan", "=", "2024-99-01", "0o8", "1:60", "\\ud800",
)  # fmt: skip

plain: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.text(max_size=8)
    | st.sampled_from(_WORDS),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_WORDS) | st.integers(0, 9), inner, max_size=6)
    ),
    max_leaves=12,
)
yaml_texts: Final = st.lists(st.sampled_from(_TOKENS) | st.text(max_size=3), max_size=25).map("".join)
thorough: Final = settings(
    max_examples=200, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def check(module: bytes = MODULE.encode(), hosts: bytes = HOSTS.encode(), lock: bytes | None = None) -> None:
    """Read a catalog, which gives one or says in whole lines what is wrong."""
    found = outcome(module, hosts, lock)
    assert isinstance(found, Catalog) or str(found).splitlines() == [str(problem) for problem in found.problems] != []
    assert isinstance(found, Catalog) or all(str(problem).isprintable() for problem in found.problems)


def outcome(module: bytes, hosts: bytes, lock: bytes | None) -> Catalog | InputInvalid:
    """Read a catalog of three files; the module is its own Compose file."""
    sources = CatalogSources(
        inventory=SourceFile("hosts.yaml", hosts),
        modules=(SourceFile("modules/web/module.yaml", module),),
        locks=() if lock is None else (SourceFile(_LOCK, lock),),
        compose_file=lambda name: SourceFile(name, module),
    )
    try:
        return read_catalog(sources)
    except InputInvalid as error:
        return error


def test_the_base_is_good() -> None:
    """What the tests below spoil is a catalog: without this they could not fail."""
    assert isinstance(outcome(MODULE.encode(), HOSTS.encode(), None), Catalog)


@thorough
@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    """Bytes of any kind are a catalog or a problem, in each of the three files."""
    check(module=content)
    check(hosts=content)
    check(lock=content)


@thorough
@given(yaml_texts)
@example('a: !!int ""')
@example("a: !!bool x")
@example("a: !!timestamp x")
@example("a: &a\n  ? *a\n  : 1")
@example("a: =")
@example('"\\e[31m": {}')
def test_any_yaml_text(text: str) -> None:
    """Words and signs of YAML in any order are a catalog or a problem, alone and below a good module."""
    content = text.encode(errors="surrogatepass")
    check(module=content)
    check(module=MODULE.encode() + content)
    check(hosts=HOSTS.encode() + b"  " + content)
    check(lock=content)


@thorough
@given(plain)
def test_any_data(data: object) -> None:
    """Data of any shape is a catalog or a problem, in each of the three files."""
    content = yaml.safe_dump(data, allow_unicode=True).encode(errors="surrogatepass")
    check(module=content)
    check(hosts=content)
    check(lock=json.dumps(data, default=str, skipkeys=True).encode())


@thorough
@given(
    st.sampled_from([*sorted(yaml.safe_load(MODULE)), "select", "compose", "expect", "smoke", "platform", "x"]), plain
)
def test_any_value_under_any_key(key: str, value: object) -> None:
    """One value of a good module replaced by anything is a catalog or a problem."""
    check(module=yaml.safe_dump({**yaml.safe_load(MODULE), key: value}).encode())


@thorough
@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("transport", "url", "tls", "address", "port", "user", "path"), plain)
    )
)
def test_any_host(entry: dict[str, Any]) -> None:
    """A host's entry with any values is a catalog or a problem."""
    for transport in ("ssh", "docker", "snapshot"):
        hosts = {"schema": "platformctl/inventory/v1", "hosts": {"h1": {**entry, "transport": transport}}}
        check(hosts=yaml.safe_dump(hosts).encode())


@thorough
@given(st.sampled_from(("schema", "image", "digest", "manifests", "configs")), plain)
def test_any_lock(key: str, value: object) -> None:
    """A lock with any value under any of its keys is a catalog or a problem."""
    lock = {
        "schema": "platformctl/image-lock/v1",
        "image": "web",
        "digest": DIGEST,
        "manifests": [{"digest": DIGEST, "mediaType": "x", "platform": None}],
        "configs": [{"digest": DIGEST, "platform": "linux/amd64", "diffIds": [DIGEST], "config": {}}],
    }
    check(lock=json.dumps({**lock, key: value}, default=str, skipkeys=True).encode())
