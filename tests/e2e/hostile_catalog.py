"""A catalog whose hosts lie in all that they say: names, labels, images, states, versions, errors and answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from tests.lab.entry import known_as
from tests.lab.hostile_server import says, ssh_server
from tests.lab.observer import HOST_KEY, Observer, script
from tests.lab.tcp_server import answers_http, sends, tcp_server

from .catalog import IN_SYNC, add_host, add_module, edit_containers, recorded

BAIT: Final = "evil.example"
"""Where every address in the texts leads, and no page may."""

TEXTS: Final = (
    f"<img src=http://{BAIT}/x.png onerror=alert(1)><script>window.ran=1;alert(2)</script>",
    f"</pre></code></details></bdi><script src=http://{BAIT}/x.js></script><svg onload=alert(3)>",
    f"[link](javascript:alert(4)) [link](http://{BAIT}/) ![](http://{BAIT}/beacon.png) <http://{BAIT}/>",
    f"http://{BAIT}/login www.{BAIT} ops@{BAIT} mailto:ops@{BAIT} //{BAIT}/x",
    f"[x]: http://{BAIT}/ '\"",
    f"a | b\n| --- | --- |\n| [x](http://{BAIT}/) |\n# heading\n- item",
    f"``` ```` ``````````\n```\n![](http://{BAIT}/fence.png)",
    f"\x1b[2J\x1b[31mred \x1b]0;title\x07 \x1b]8;;http://{BAIT}/\x1b\\click\x1b]8;;\x1b\\ \x9b31m \x9d0;t\x9c \x90q",
    "in-sync\r\x08\x08drift\x7f\x00\x0b\x0c\x85\u2028\u2029end",
    "\u202egnp.exe\u202c \u2066left\u2069 \u200f\u061c \u200b\u200c\u200d\ufeff\u00ad\u3164\u2800\u034f",
    "\U000e0000\U000e0041\U000e0042 \ufe0f\U000e0101 \ufff9\ufffa\ufffb \ue000 \U0010ffff",
    "z" + "\u0335\u0489\u0300" * 60 + "algo",
    "half \ud800 a pair",
    "@everyone @channel <!channel> <@U1> #1 :boom: %n %s %(x)s {planned.name} {{7*7}} {% raw %} {0.__class__}",
    f"[red]markup[/red] [link=http://{BAIT}/]rich[/link] [bold",
    f"ok\r\nBcc: all@{BAIT}\r\nSubject: fine\r\n\r\n<b>html</b>",
    '=HYPERLINK("http://evil.example/") +1 -1 @SUM(1) \'; DROP TABLE plans;--',
    "x" * (1 << 20),
)
LINE: Final = f"permission denied {TEXTS[7]} {TEXTS[0]} {TEXTS[9]} [x](http://{BAIT}/) {{{{7*7}}}} [red]x[/red]"
"""One line, as an error message has."""


@contextmanager
def hostile_catalog(folder: Path) -> Iterator[Path]:
    """Make the catalog, and play the hosts that it needs as long as the context lasts."""
    catalog = recorded(folder, "drifted")
    _lie(catalog)
    green = recorded(folder, "meerkat")
    edit_containers(
        green, lambda found: found.extend(_container(found[0], text, 99 + n) for n, text in enumerate(TEXTS))
    )
    _edit(green / "host.json", lambda head: head["engine"].update(version=TEXTS[7], apiVersion=LINE))
    _refuse(folder / "refused")
    with ExitStack() as stack:
        shell = {"docker version": says(stderr=LINE.encode(), status=1), "echo": says(TEXTS[7].encode())}
        server = stack.enter_context(ssh_server(script(shell)))
        body = json.dumps({"a": TEXTS[7], "b": TEXTS[0]}).encode()
        head = f"HTTP/1.1 200 OK\r\nX-A: {TEXTS[0]}\x1b[2J\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        web = stack.enter_context(tcp_server(answers_http(head + body)))
        greeter = stack.enter_context(tcp_server(sends(LINE.encode())))
        entry = Observer(folder).entry(server, known_as(server.address, server.port, HOST_KEY))
        hosts = catalog / "hosts.yaml"
        hosts.write_text(hosts.read_text().replace("rs2000:", "shop:"))
        add_host(catalog, "green", transport="snapshot", path=str(green))
        add_host(catalog, "told", transport="snapshot", path=str(folder / "refused"))
        add_host(catalog, "spoken", **entry.model_dump(mode="json", exclude_defaults=True, by_alias=True))
        umami = catalog / "modules/np-umami/module.yaml"
        umami.write_text(umami.read_text().replace("rs2000", "shop") + "expect: {health: healthy}\n")
        image = {"schema": "platformctl/module/v1", "image": "nginx:1"}
        for name in ("told", "spoken"):
            add_module(catalog, {**image, "name": f"np-{name}", "host": name, "container": name})
        _declare_green(catalog, green, web.port, greeter.port)
        yield catalog


def _lie(catalog: Path) -> None:
    """Let the declared container say hostile things of itself, and let there be one container for each text."""

    def edit(found: list[dict[str, Any]]) -> None:
        umami = found[0]
        others = [_container(umami, text, number) for number, text in enumerate(TEXTS)]
        umami["State"].update(Status=TEXTS[2], Health={"Status": TEXTS[0], "Log": [{"Output": LINE}]}, Error=LINE)
        umami["Config"].update(Env=[f"{TEXTS[0]}={LINE}"], Labels={"com.docker.compose.project": LINE, LINE: LINE})
        found.extend(others)

    edit_containers(catalog, edit)
    images = json.loads((catalog / "images.json").read_text())
    for image in images:
        image["RepoDigests"] += [f"{BAIT}/login@sha256:{'e' * 64}", *TEXTS, f"{TEXTS[0]}@sha256:{'f' * 64}"]
    (catalog / "images.json").write_text(json.dumps(images))


def _container(like: dict[str, Any], text: str, number: int) -> dict[str, Any]:
    """Return a container that no module declares, with a text wherever an engine takes one."""
    other: dict[str, Any] = json.loads(json.dumps(like))
    other.update(Id=f"{number:064x}", Name=f"/{text}")
    labels = {f"com.docker.compose.{key}": text for key in ("project", "service")}
    other["Config"].update(Image=text, Labels=labels)
    return other


def _refuse(folder: Path) -> None:
    """Write the snapshot of a host that failed, with a message that no look would have written."""
    folder.mkdir()
    failure = {"reason": "permission-denied", "message": f"{LINE}\r\n{TEXTS[5]}"}
    head = {"schema": "platformctl/snapshot/v1", "host": "told", "takenAt": "2026-01-01", "failure": failure}
    (folder / "host.json").write_text(json.dumps(head))


def _declare_green(catalog: Path, green: Path, web: int, greeter: int) -> None:
    """Declare the one module that is as declared, with probes that get hostile answers."""
    source = green / "modules" / IN_SYNC
    (catalog / "modules" / IN_SYNC).mkdir(parents=True)
    asked = {"url": f"http://127.0.0.1:{web}/", "json": {"/a": 1}}
    probes: list[dict[str, Any]] = [
        {"http": asked, "tries": 2},
        {"http": {**asked, "json": {}, "header": {"X-A": "1"}}, "tries": 2},
        {"tcp": {"address": "127.0.0.1", "port": greeter, "greeting": "hello"}, "tries": 2},
    ]
    text = (source / "module.yaml").read_text().replace("rs2000", "green")
    for name in ("module.yaml", "image.lock.json"):
        if (source / name).exists():
            (catalog / "modules" / IN_SYNC / name).write_text(
                f"{text}smoke: {json.dumps({'probes': probes})}\n"
                if name == "module.yaml"
                else (source / name).read_text()
            )


def _edit(place: Path, edit: Any) -> None:  # noqa: ANN401  a function on what JSON holds
    document = json.loads(place.read_text())
    edit(document)
    place.write_text(json.dumps(document))
