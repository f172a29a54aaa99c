"""Texts that are no YAML, or not the YAML of one plain document."""

from __future__ import annotations

from typing import Final

from .case import Cases, more
from .files import MODULE, WEB

BOMB: Final = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdef", "bcdefg", strict=True)
)
STAIRS: Final = "a0: &a0 x\n" + "".join(f"a{i}: &a{i} {'[' * 40}*a{i - 1}{']' * 40}\n" for i in range(1, 60))

CASES: Final[Cases] = {
    # YAML
    "flow never closed": (
        more("smoke: [\n"),
        f"{WEB}:6: this is not valid YAML: did not find expected node content while parsing a flow node\n",
    ),
    "flow closed wrongly": (
        more("expect: {state: running\nplatform: linux/amd64\n"),
        (
            f"{WEB}:7: this is not valid YAML: did not find expected ',' or '}}' while parsing a flow mapping that "
            "begins on line 6\n"
        ),
    ),
    "tab": (
        more("expect:\n\tstate: running\n"),
        f"{WEB}:7: this is not valid YAML: found character that cannot start any token; put the value in quotes\n",
    ),
    "colon in a value": (
        more("platform: linux: amd64\n"),
        (
            f"{WEB}:6: this is not valid YAML: mapping values are not allowed in this context; check the indentation, "
            "and put a value that holds ': ' in quotes\n"
        ),
    ),
    "quote never closed": (
        more("platform: 'linux\n"),
        f"{WEB}:6: this is not valid YAML: found unexpected end of stream while scanning a quoted scalar\n",
    ),
    "unknown alias": (
        more("platform: *linux\n"),
        f"{WEB}:6: this is not valid YAML: found undefined alias; put a value that begins with * in quotes\n",
    ),
    "duplicate key": (more("host: h2\n"), f"{WEB}:6: the key 'host' stands here again; it first stands on line 3\n"),
    "duplicate key below": (
        more("expect:\n  state: exited\n  state: running\n"),
        f"{WEB}:8: the key 'state' stands here again; it first stands on line 7\n",
    ),
    "list as key": (more("? [a]\n: b\n"), f"{WEB}:6: a key should be a text, not a list or a mapping\n"),
    "two documents": (more(f"---\n{MODULE}"), f"{WEB}:6: a second YAML document begins here; a file holds one\n"),
    "unsafe tag": (
        more("platform: !!python/object/apply:os.system [reboot]\n"),
        f"{WEB}:6: the tag '!!python/object/apply:os.system' is not known here; leave it out\n",
    ),
    "tag of a number without digits": (
        more('platform: !!int ""\n'),
        f"{WEB}:6: the tag '!!int' is not known here; leave it out\n",
    ),
    "deep": (more(f"smoke: {'[' * 5000}{']' * 5000}\n"), f"{WEB}:6: values are nested more than 50 deep\n"),
    "deep through aliases": (
        more(STAIRS),
        f"{WEB}: with its aliases written out, values are nested more than 50 deep\n",
    ),
    "alias bomb": (more(BOMB), f"{WEB}: with its aliases written out, the file holds more than 100000 values\n"),
    "alias in itself": (
        more("smoke: &loop {probes: [*loop]}\n"),
        f"{WEB}:6: an alias puts this value into itself; write the value out\n",
    ),
    # bytes
    "not UTF-8": ({WEB: MODULE.encode() + b"# caf\xe9\n"}, f"{WEB}:6: the file is not UTF-8 text; save it as UTF-8\n"),
    "UTF-16": ({WEB: MODULE.encode("utf-16")}, f"{WEB}:1: the file is not UTF-8 text; save it as UTF-8\n"),
    "NUL": (more("# \0\n"), f"{WEB}:6: the character '\\x00' cannot stand in a text; remove it\n"),
    "10 MB": (
        more("# \n" * 3_500_000),
        f"{WEB}: the file is larger than 1024 KiB; split it or check that it is the right file\n",
    ),
    "empty": ({WEB: ""}, f"{WEB}: the file is empty; its first line should be schema: …\n"),
    "only a marker": ({WEB: "---\n"}, f"{WEB}: the file is empty; its first line should be schema: …\n"),
    "list": ({WEB: "- name: web\n"}, f"{WEB}:1: the file should hold keys and values, such as schema: …\n"),
    "text": ({WEB: "# a\nweb\n"}, f"{WEB}:2: the file should hold keys and values, such as schema: …\n"),
}
