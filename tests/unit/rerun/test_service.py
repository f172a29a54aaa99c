"""A service of a Compose file is equal to another when nothing is declared in another way, wherever that stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from platformctl.catalog.source import SourceFile
from platformctl.rerun.service import Service, read_service

WEB: Final = """\
services:
  web:
    image: nginx:1
    environment: {MODE: fast}
    networks: [front]
  db:
    image: postgres:17
networks:
  front: {driver: bridge}
  back: {}
"""


def service(text: str, others: Mapping[str, str] | None = None, file: str = "compose/apps.yaml") -> Service | None:
    """Read the service web of a Compose file, beside which there may be others."""
    files = {file: text, **(others or {})}
    return read_service(file, "web", lambda name: SourceFile(name, files[name].encode()) if name in files else None)


@pytest.mark.parametrize(
    "text",
    [
        WEB.replace("image: postgres:17", "image: postgres:18"),
        WEB.replace("back: {}", "back: {driver: overlay}"),
        f"# about the file\n{WEB}",
        WEB.replace("{MODE: fast}", "\n      MODE: 'fast'"),
        WEB.replace("    image: nginx:1\n", "").replace("    networks:", "    image: nginx:1\n    networks:"),
        f"x-mode: &mode {{MODE: fast}}\n{WEB}".replace("  environment: {MODE: fast}", "  environment: *mode"),
        WEB.replace("services:\n", "x-web: &web {image: nginx:2, networks: [front]}\nservices:\n").replace(
            "    networks: [front]", "    <<: *web"
        ),
    ],
    ids=["other service", "other network", "comment", "style", "order", "alias", "merge key"],
)  # fmt: skip
def test_same_service(text: str) -> None:
    """Another service, an unused network, comments, style, order, and how anchors write it out do not count."""
    assert service(text) == service(WEB) is not None


@pytest.mark.parametrize(
    "text",
    [
        WEB.replace("nginx:1", "nginx:2"),
        WEB.replace("fast", "slow"),
        WEB.replace("{driver: bridge}", "{driver: overlay}"),
        WEB.replace("[front]", "!reset [front]"),
        WEB.replace("[front]", "[front, back]"),
    ],
    ids=["image", "variable", "its network", "tag", "one more network"],
)
def test_another_service(text: str) -> None:
    """Any value of the service counts, and so does what it uses by name."""
    assert service(text) not in {service(WEB), None}


def test_files_that_a_service_uses() -> None:
    """They are found from the Compose file's folder, in every form that Compose knows."""
    text = """\
include: [more.yaml, {path: [a.yaml, ../b.yaml], env_file: inc.env}]
services:
  web:
    image: nginx:${VERSION}
    env_file: [web.env, {path: opt.env, required: false}]
    label_file: labels
    configs: [conf, {source: other}]
    secrets: [key]
    volumes: ["./html:/usr/share/nginx/html:ro", "data:/data", {type: bind, source: ../shared, target: /s}]
configs:
  conf: {file: ./nginx.conf}
  other: {content: x}
  unused: {file: unused.conf}
secrets:
  key: {file: /etc/key}
volumes: {data: {}}
"""
    found = service(text)
    assert found
    assert sorted(found.files) == [
        "/etc/key", "b.yaml", "compose/.env", "compose/a.yaml", "compose/html", "compose/inc.env", "compose/labels",
        "compose/more.yaml", "compose/nginx.conf", "compose/opt.env", "compose/web.env", "shared",
    ]  # fmt: skip


def test_what_a_service_extends_is_a_part_of_it() -> None:
    """A change of the extended service counts, in the same file or in another, and so do the files it uses."""
    text = "services:\n  web: {extends: {file: base/common.yaml, service: app}}\n"
    base = "services:\n  app: {image: nginx:1, env_file: app.env, extends: root}\n  root: {user: nobody}\n"
    place = "compose/base/common.yaml"
    found = service(text, {place: base})
    assert found
    assert found.files == {place, "compose/base/app.env"}
    assert service(text, {place: base.replace("nobody", "root")}) not in {found, None}
    assert service(text, {place: f"{base}  other: {{}}\n"}) == found


@pytest.mark.parametrize(
    "text",
    [
        "services: {db: {}}",
        "services: [web]",
        "services: {web: nginx}",
        "services: {web: {extends: {file: gone.yaml, service: app}}}",
        "services: {web: {extends: web}}",
        "services: {web: {extends: [7]}}",
        "a: [",
        "[]",
        "",
    ],
)
def test_what_cannot_be_read_is_none(text: str) -> None:
    """A service that is not there, is no mapping, extends what is not there or itself, or is no YAML is not known."""
    assert service(text) is None
    assert read_service("nowhere.yaml", "web", lambda _: None) is None


@pytest.mark.parametrize(
    "part",
    [
        "env_file: 7", "env_file: {a: b}", "env_file: [[x], {path: {}}]", "volumes: web", "volumes: [7, [], {}]",
        "configs: {a: b}", "networks: {front: null}", "secrets: [{}]", "label_file: null",
    ],
)  # fmt: skip
def test_odd_values_do_no_harm(part: str) -> None:
    """Compose may refuse it; here it is only compared."""
    assert service(f"services:\n  web:\n    image: x\n    {part}\n") is not None
