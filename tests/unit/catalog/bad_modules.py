"""Modules with wrong keys, types and values."""

from __future__ import annotations

from typing import Final

from .case import Cases, instead, more
from .files import DIGEST, MODULE, WEB

_KEYS: Final = "acknowledge, compose, container, expect, host, image, name, platform, schema, select, smoke"
_NAME: Final = "1 to 63 letters, digits, '.', '_' and '-' that begin with a letter or a digit"


CASES: Final[Cases] = {
    # keys
    "unknown key": (more("imgae: x\n"), f"{WEB}:6: unknown key 'imgae'; did you mean 'image'?\n"),
    "unknown key below": (
        more("smoke:\n  probes:\n    - http: {url: http://web/, stauts: 200}\n"),
        f"{WEB}:8: unknown key 'stauts'; did you mean 'status'?\n",
    ),
    "key like nothing": (more('"\\e[31m\\nx": 1\n'), f"{WEB}:6: unknown key '\\x1b[31m\\nx'; known here: {_KEYS}\n"),
    "number as key": (more("7: x\n"), f"{WEB}:6: unknown key '7'; known here: {_KEYS}\n"),
    "missing keys": (
        {WEB: "schema: platformctl/module/v1\ncontainer: web\n"},
        (
            f"{WEB}:1: the key 'host' is missing\n"
            f"{WEB}:1: the key 'image' is missing\n"
            f"{WEB}:1: the key 'name' is missing\n"
        ),
    ),
    "missing key below": (
        more("compose:\n  file: compose.yaml\n"),
        f"{WEB}:7: the key 'service' is missing in compose\n",
    ),
    "later format": (
        instead("module/v1", "module/v2"),
        f"{WEB}:1: schema: should be 'platformctl/module/v1', not 'platformctl/module/v2'\n",
    ),
    # types
    "number as name": (
        instead("name: web", "name: 7"),
        f"{WEB}:2: name: should be a text, not a number; put it in quotes\n",
    ),
    "yes as container": (
        instead("container: web", "container: yes"),
        f"{WEB}:4: container: should be a text, not yes or no; put it in quotes\n",
    ),
    "date as name": (
        instead("name: web", "name: 2024-01-31"),
        f"{WEB}:2: name: should be a text, not a date; put it in quotes\n",
    ),
    "no date at all": (
        instead("name: web", "name: 2024-99-01"),
        f"{WEB}:2: '2024-99-01' is no number and no day that there is; a text needs quotes\n",
    ),
    "number of 5,000 digits": (
        instead("name: web", f"name: {'9' * 5000}"),
        f"{WEB}:2: '{'9' * 40}' is no number and no day that there is; a text needs quotes\n",
    ),
    "nothing as image": (
        {WEB: MODULE.partition("image:")[0] + "image:\n"},
        f"{WEB}:5: image: should be a text, not nothing\n",
    ),
    "list as host": (instead("host: h1", "host: [h1]"), f"{WEB}:3: host: should be a text, not a list\n"),
    "text as expect": (more("expect: running\n"), f"{WEB}:6: expect: should hold keys and values, not a text\n"),
    "mapping as probes": (
        more("smoke: {probes: {}}\n"),
        f"{WEB}:6: smoke.probes: should be a list, not keys and values\n",
    ),
    "deep value for a word": (
        more(f"expect: {{state: {'[' * 45}{']' * 45}}}\n"),
        (
            f"{WEB}:6: expect.state: should be 'created', 'running', 'paused', 'restarting', 'removing', 'exited' or "
            "'dead', not a list\n"
        ),
    ),
    # values
    "name with a slash": (
        instead("name: web", "name: ../web"),
        f"{WEB}:2: name: should be {_NAME}, not '../web'\n",
    ),
    "name of another folder": (
        instead("name: web", "name: wbe"),
        f"{WEB}:2: name: should be 'web', the name of the module's folder\n",
    ),
    "short digest": (
        instead(DIGEST, DIGEST[:-1]),
        f"{WEB}:5: image: a sha256 digest has 64 hex digits, this one has 63\n",
    ),
    "upper-case digest": (
        instead(DIGEST, f"sha256:{'A1' * 32}"),
        f"{WEB}:5: image: a sha256 digest is written in lower-case hex digits only\n",
    ),
    "unknown algorithm": (
        instead(DIGEST, f"md5:{'a' * 32}"),
        f"{WEB}:5: image: the digest's algorithm must be one of sha256, sha384, sha512, not 'md5'\n",
    ),
    "image ID": (
        instead("ghcr.io/apps/web@", ""),
        f"{WEB}:5: image: this is an image ID, which differs from host to host; write repository@sha256:… instead\n",
    ),
    "upper-case repository": (
        instead("ghcr.io/apps/web", "ghcr.io/Apps/web"),
        f"{WEB}:5: image: a repository name is lower-case: write 'apps/web'\n",
    ),
    "container and select": (
        more("select: {project: apps, service: web}\n"),
        f"{WEB}:6: select: stands beside container, and a module has only one of them\n",
    ),
    "neither container nor select": (
        instead("container: web\n", ""),
        (
            f"{WEB}:1: select: is missing, and so is container; a module has one of them: container: NAME for one "
            "container, select: {project: NAME, service: NAME} for the replicas of a Compose service\n"
        ),
    ),
    "platform without architecture": (
        more("platform: linux\n"),
        f"{WEB}:6: platform: should be os/architecture or os/architecture/variant, such as linux/amd64, not 'linux'\n",
    ),
    "words misspelt": (
        more("expect:\n  state: runing\n  health: ok\n"),
        (
            f"{WEB}:7: expect.state: should be 'created', 'running', 'paused', 'restarting', 'removing', 'exited' or "
            f"'dead', not 'runing'\n{WEB}:8: expect.health: should be 'healthy' or 'unhealthy', not 'ok'\n"
        ),
    ),
    "probe of nothing": (
        more("smoke:\n  probes:\n    - from: moon\n      http: {url: ftp://web/, status: 1000}\n"),
        (
            f"{WEB}:8: smoke.probes.0.from: should be 'host' or 'worker', not 'moon'\n"
            f"{WEB}:9: smoke.probes.0.http.status.0: should be at most 599, not 1000\n"
            f"{WEB}:9: smoke.probes.0.http.url: should be an address that begins with http:// or https://, "
            "not 'ftp://web/'\n"
        ),
    ),
    "acknowledged for ever": (
        more(
            "acknowledge:\n  - change: container.port\n    observed: ''\n    owner: 7\n"
            "    reason: it is so\n    until: soon\n"
        ),
        (
            f"{WEB}:7: acknowledge.0.change: should be 'container.image', 'container.state', 'container.health' or "
            "'container.exists', not 'container.port'\n"
            f"{WEB}:8: acknowledge.0.observed: should not be empty\n"
            f"{WEB}:9: acknowledge.0.owner: should be a text, not a number; put it in quotes\n"
            f"{WEB}:11: acknowledge.0.until: should be a date such as 2027-12-31, without quotes, not 'soon'\n"
        ),
    ),
    "probe that is two": (
        more("smoke: {probes: [{http: {url: http://web/}, tcp: {address: web, port: 1}}]}\n"),
        f"{WEB}:6: smoke.probes.0: should be one of http, tcp and container, and has http and tcp\n",
    ),
    "probe that is none": (
        more("smoke:\n  probes:\n    - from: host\n    - container: {}\n      from: host\n      timeout: 3\n"),
        (
            f"{WEB}:8: smoke.probes.0: should be one of http, tcp and container, and has none\n"
            f"{WEB}:9: smoke.probes.1: is a container's, of which the engine is asked: remove from and timeout\n"
        ),
    ),
    "two container probes": (
        more("smoke: {probes: [{container: {}}, {container: {}}]}\n"),
        f"{WEB}:6: smoke.probes: should have one container probe at most\n",
    ),
    "one try": (
        more("smoke: {probes: [{http: {url: http://web/}, tries: 1, timeout: 600}]}\n"),
        (
            f"{WEB}:6: smoke.probes.0.timeout: should be at most 60, not 600\n"
            f"{WEB}:6: smoke.probes.0.tries: should be at least 2, not 1\n"
        ),
    ),
    "login in an address": (
        more("smoke: {probes: [{http: {url: https://me:secret@web/}}]}\n"),
        f"{WEB}:6: smoke.probes.0.http.url: should hold no login: the catalog is no place for secrets\n",
    ),
    "address without a host": (
        more('smoke: {probes: [{http: {url: http:///x}}, {http: {url: http://web:0/}}, {http: {url: "http://[/"}}]}\n'),
        "".join(
            f"{WEB}:6: smoke.probes.{n}.http.url: should have a host, and a port from 1 to 65535 if any\n"
            for n in range(3)
        ),
    ),
    "address beyond ASCII": (
        more("smoke: {probes: [{http: {url: http://wéb/}}]}\n"),
        (
            f"{WEB}:6: smoke.probes.0.http.url: should be ASCII: percent-encode a path, and spell a host name in "
            "punycode\n"
        ),
    ),
    "certificate without TLS": (
        more("smoke: {probes: [{http: {url: http://web/, tls: {days: 7}}}]}\n"),
        f"{WEB}:6: smoke.probes.0.http.tls: is of use with https:// only; remove it, or ask there\n",
    ),
    "answers of the wrong kind": (
        more(
            "smoke:\n  probes:\n    - http:\n        url: http://web/\n        status: []\n        connect: web\n"
            "        header: {X: {}, Y: 1, 'a b': c}\n        json: {/a: [1], b: 1}\n"
        ),
        (
            f"{WEB}:10: smoke.probes.0.http.status: should have at least 1 entry\n"
            f"{WEB}:11: smoke.probes.0.http.connect: should be one address and one port, such as 127.0.0.1:8443\n"
            f"{WEB}:12: smoke.probes.0.http.header.X: should be a text, or have either equals or contains\n"
            f"{WEB}:12: smoke.probes.0.http.header.Y: should hold keys and values, not a number\n"
            f"{WEB}:12: smoke.probes.0.http.header.a b: should be a header's name, such as Content-Type\n"
            f"{WEB}:13: smoke.probes.0.http.json./a: should be a text in quotes, a number, true, false or null\n"
            f"{WEB}:13: smoke.probes.0.http.json.b: should be a JSON Pointer, such as /status or /checks/0/ok\n"
        ),
    ),
    "no probe": (more("smoke: {probes: []}\n"), f"{WEB}:6: smoke.probes: should have at least 1 entry\n"),
}
