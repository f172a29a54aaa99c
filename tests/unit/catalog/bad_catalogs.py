"""Files that do not fit together, and inventories and locks that are wrong."""

from __future__ import annotations

from typing import Final

from .case import Cases, hosts, instead, lock, more
from .files import DIGEST, HOSTS, MODULE, WEB

_KEYS: Final = "acknowledge, compose, container, expect, host, image, name, platform, schema, select, smoke"
_NAME: Final = "1 to 63 letters, digits, '.', '_' and '-' that begin with a letter or a digit"


JUMP: Final = "should be user@host:port, of which user and port can be left out"

CASES: Final[Cases] = {
    "somebody else's secrets": (
        {"hosts.yaml": "password: hunter2\nroot:$y$j9T$hunter2: 19000\n"},
        "hosts.yaml:1: this is another kind of file; its first line should be schema: platformctl/inventory/v1\n",
    ),
    # what does not fit together
    "folder that no module can have": (
        {"modules/We b/module.yaml": MODULE.replace("container: web", "container: other")},
        "modules/We b/module.yaml:2: name: the folder 'We b' cannot name a module; rename it\n",
    ),
    "unknown host": (instead("h1", "h2"), f"{WEB}:3: host: 'h2' is not in the inventory; known here: h1\n"),
    "misspelt host": (
        {**instead("h1", "rs200"), **hosts("{transport: snapshot, path: x}\n  rs2000: {transport: snapshot, path: y}")},
        f"{WEB}:3: host: 'rs200' is not in the inventory; did you mean 'rs2000'?\n",
    ),
    "container declared twice": (
        {"modules/api/module.yaml": MODULE.replace("name: web", "name: api")},
        f"{WEB}:4: container: 'web' on h1 is declared already at modules/api/module.yaml:4\n",
    ),
    "no Compose file": (
        more("compose:\n  file: compose/x.yaml\n  service: web\n"),
        f"{WEB}:7: compose.file: the catalog's folder has no readable file 'compose/x.yaml'\n",
    ),
    "Compose file outside of the catalog": (
        more("compose:\n  file: ../x.yaml\n  service: web\n"),
        f"{WEB}:7: compose.file: the catalog's folder has no readable file '../x.yaml'\n",
    ),
    "Compose file anywhere": (
        more("compose: {file: /etc/passwd, service: web}\n"),
        (
            f"{WEB}:6: compose.file: should be a path from the catalog's folder, without / at its beginning, "
            "not '/etc/passwd'\n"
        ),
    ),
    "Compose file without the service": (
        {**more("compose:\n  file: x.yaml\n  service: wbe\n"), "x.yaml": "services: {web: {}, api: {}}\n"},
        f"{WEB}:8: compose.service: 'x.yaml' has no service 'wbe'; did you mean 'web'?\n",
    ),
    "Compose file without services": (
        {**more("compose:\n  file: x.yaml\n  service: web\n"), "x.yaml": "volumes: {}\n"},
        "x.yaml: a Compose file has services: {NAME: …}, and this one has none\n",
    ),
    "Compose file that is not YAML": (
        {**more("compose:\n  file: x.yaml\n  service: web\n"), "x.yaml": "services:\n  web: 'a\n"},
        "x.yaml:2: this is not valid YAML: found unexpected end of stream while scanning a quoted scalar\n",
    ),
    # hosts.yaml
    "no transport": (
        hosts("{address: h2}"),
        "hosts.yaml:4: hosts.h2: the key 'transport' is missing; it is ssh, docker or snapshot\n",
    ),
    "unknown transport": (
        hosts("{transport: telnet}"),
        "hosts.yaml:4: hosts.h2: transport should be one of 'ssh', 'docker', 'snapshot', not 'telnet'\n",
    ),
    "text as host entry": (
        hosts("h2.example.net"),
        "hosts.yaml:4: hosts.h2: should hold keys and values, not a text\n",
    ),
    "key of another transport": (
        hosts("{transport: ssh, address: h2, url: x}"),
        (
            "hosts.yaml:4: unknown key 'url'; known here: address, ask, identity_file, jump, known_hosts, port, "
            "socket, ssh_config, transport, user\n"
        ),
    ),
    "nobody to ask": (
        hosts("{transport: ssh, address: h2, ask: nerdctl}"),
        "hosts.yaml:4: hosts.h2.ask: should be 'docker', 'podman', 'agent' or 'socket', not 'nerdctl'\n",
    ),
    "socket left out": (
        hosts("{transport: ssh, address: h2, ask: socket}"),
        "hosts.yaml:4: hosts.h2.socket: is missing; ask: socket needs the path of a unix socket on the host\n",
    ),
    "socket that nobody asks": (
        hosts("{transport: ssh, address: h2, socket: /run/docker.sock}"),
        "hosts.yaml:4: hosts.h2.socket: is of use with ask: socket only; remove it, or ask there\n",
    ),
    "socket as a URL": (
        hosts("{transport: ssh, address: h2, ask: socket, socket: 'unix:///run/docker.sock'}"),
        "hosts.yaml:4: hosts.h2.socket: should be an absolute path, not 'unix:///run/docker.sock'\n",
    ),
    "ports out of range": (
        hosts("{transport: ssh, address: h2, port: 0}\n  h3: {transport: ssh, address: h3, port: 65536}"),
        (
            "hosts.yaml:4: hosts.h2.port: should be at least 1, not 0\n"
            "hosts.yaml:5: hosts.h3.port: should be at most 65535, not 65536\n"
        ),
    ),
    "port in quotes": (
        hosts("{transport: ssh, address: h2, port: '22'}"),
        "hosts.yaml:4: hosts.h2.port: should be a number, not a text\n",
    ),
    "jump hosts that are none": (
        hosts(
            "{transport: ssh, address: h2, jump: 'u@h3:22, h4'}\n  h3: {transport: ssh, address: h3, jump: [-oX, 4]}"
        ),
        (
            f"hosts.yaml:4: hosts.h2.jump.1: {JUMP}, not ' h4'\n"
            f"hosts.yaml:5: hosts.h3.jump.0: {JUMP}, not '-oX'\n"
            "hosts.yaml:5: hosts.h3.jump.1: should be a text, not a number; put it in quotes\n"
        ),
    ),
    "address that is an option": (
        hosts("{transport: ssh, address: -oProxyCommand=reboot, user: -x}"),
        (
            "hosts.yaml:4: hosts.h2.address: should be a host name or an IP address, not '-oProxyCommand=reboot'\n"
            "hosts.yaml:4: hosts.h2.user: should be an account's name, not '-x'\n"
        ),
    ),
    "bad URL": (
        hosts("{transport: docker, url: http://h2:2375}"),
        "hosts.yaml:4: hosts.h2.url: should read unix:///path/to/docker.sock or tcp://host:port\n",
    ),
    "TCP without TLS": (
        hosts("{transport: docker, url: tcp://h2:2376}"),
        (
            "hosts.yaml:4: hosts.h2.tls: is missing; tcp:// to another machine needs tls: {ca: FILE, cert: FILE, "
            "key: FILE}\n"
        ),
    ),
    "TLS with holes": (
        hosts("{transport: docker, url: tcp://h2:2376, tls: {ca: ca.pem}}"),
        (
            "hosts.yaml:4: the key 'cert' is missing in hosts.h2.tls\n"
            "hosts.yaml:4: the key 'key' is missing in hosts.h2.tls\n"
        ),
    ),
    "host with a space": (
        {"hosts.yaml": f"{HOSTS}  h 2: {{transport: snapshot, path: x}}\n"},
        f"hosts.yaml:4: hosts.h 2: should be {_NAME}\n",
    ),
    "no host": (
        {"hosts.yaml": "schema: platformctl/inventory/v1\nhosts: {}\n"},
        "hosts.yaml:2: hosts: should have at least 1 entry\n",
    ),
    # image.lock.json
    "lock that is no JSON": (
        {"modules/web/image.lock.json": "<<<<<<< HEAD\n{}\n"},
        "modules/web/image.lock.json:1: this is not JSON: expecting value; write the lock anew with platformctl lock\n",
    ),
    "lock cut short": (
        {"modules/web/image.lock.json": '{\n"schema": "platformctl/image-lock/v1",\n'},
        (
            "modules/web/image.lock.json:3: this is not JSON: expecting property name enclosed in double quotes; write "
            "the lock anew with platformctl lock\n"
        ),
    ),
    "lock with a short digest": (
        lock(digest=DIGEST[:-1]),
        "modules/web/image.lock.json:4: digest: should be a digest such as sha256: and 64 lower-case hex digits\n",
    ),
    "lock without configs": (
        lock(configs=[]),
        "modules/web/image.lock.json:6: configs: should have at least 1 entry\n",
    ),
    "lock with a key twice": (
        {name: f'{{"digest": "{DIGEST}",\n{text[1:]}' for name, text in lock().items()},
        "modules/web/image.lock.json:5: the key 'digest' stands here again; it first stands on line 1\n",
    ),
    # all at once
    "three broken files": (
        {
            **instead("image: ghcr.io/apps/web@", "image: "),
            **hosts("{transport: telnet}"),
            "modules/api/module.yaml": "- x\n",
        },
        (
            "hosts.yaml:4: hosts.h2: transport should be one of 'ssh', 'docker', 'snapshot', not 'telnet'\n"
            "modules/api/module.yaml:1: the file should hold keys and values, such as schema: …\n"
            f"{WEB}:5: image: this is an image ID, which differs from host to host; write repository@sha256:… instead\n"
        ),
    ),
    "one file broken in many ways": (
        {WEB: "schema: platformctl/module/v1\nname: 7\nhost: h1\nimage: Web\nsmoke: {probes: [7]}\nx: y\n"},
        (
            f"{WEB}:1: select: is missing, and so is container; a module has one of them: container: NAME for one "
            "container, select: {project: NAME, service: NAME} for the replicas of a Compose service\n"
            f"{WEB}:2: name: should be a text, not a number; put it in quotes\n"
            f"{WEB}:4: image: a repository name is lower-case: write 'web'\n"
            f"{WEB}:5: smoke.probes.0: should hold keys and values, not a number\n"
            f"{WEB}:6: unknown key 'x'; known here: {_KEYS}\n"
        ),
    ),
}
