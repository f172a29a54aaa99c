"""OpenSSH configurations: what users write, what they write seldom, and what no one should write.

``{folder}`` stands for the folder of the files ``included`` and ``scoped``, which FILES holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

JUMP: Final = "should read user@host:port, several with a comma between them"
CANONICAL: Final = "is not used; write HostName, so that no name server decides which host is meant"
FILES: Final[Mapping[str, str]] = {
    "included": "Host a\n HostName included.example\n",
    "scoped": "Host b\n User scoped\n",
    "active": "User active\n",
}

READ: Final[Mapping[str, str]] = {
    "nothing": "",
    "plain": "Host a\n HostName h.example\n Port 2222\n User u\n",
    "the first word holds": "Host a\n Port 1\nHost *\n Port 2\n User x\n",
    "before any host": "User g\nHost a\n User x\n",
    "another host": "Host b\n HostName h.example\n",
    "several patterns": "Host b a c\n User x\n",
    "question mark": "Host ?\n User x\n",
    "brackets are no pattern": "Host [ab]\n HostName wrong.example\nHost a\n HostName right.example\n",
    "left out": "Host * !a\n User x\n",
    "left out first": "Host !b a\n User x\n",
    "a comma is no list": "Host a,b\n User x\n",
    "case of a host": "Host A\n User x\n",
    "case of keywords": "HOST a\n hostname h.example\n",
    "comments": "# c\nHost a # the host\n HostName h.example # comment\n\n  # c\n",
    "a host in a comment": "Host b # a\n HostName wrong.example\n",
    "no comment": "Host a\n HostName x#y\n",
    "equals": "Host=a\n HostName=h.example\n Port = 3\n User =u\n",
    "two equals": "Host a\n HostName ==x\n",
    "quotes": 'Host "a"\n HostName "h.example"\n User "x#y" # z\n',
    "single quotes": "Host a\n User 'x y'\n",
    "quotes inside": 'Host a\n HostName x"y"z\n',
    "backslashes": 'Host a\n User "x\\"y"\n HostName x\\y\n',
    "space that is kept": "Host a\n User x\\ y\n",
    "carriage returns": "Host a\r\n HostName x\r\n",
    "tabs and a form feed": "Host\ta\tb\n\tHostName\t\tx\f\n",
    "letters beyond ASCII": "Host a\n HostName bär.example\n",
    "capitals in a name": "Host a\n HostName H.Example\n",
    "token of a name": "Host a\n HostName %h.example\n",
    "percent sign of a name": "Host a\n HostName %h.example%%x\n",
    "IP version 6": "Host a\n HostName ::1\n",
    "include": "Include {folder}/included\nHost a\n User u\n",
    "include by pattern": "Include {folder}/inc*\n",
    "include of nothing": "Include {folder}/absent*\nUser x\n",
    "include for another host": "Host b\n Include {folder}/included {folder}/active\nHost a\n User u\n",
    "include ends where it ends": "Host a\n Include {folder}/scoped\n User after\n",
    "include for this host": "Host a\n Include {folder}/active\n User after\n",
    "match all": "Match all\n User x\n",
    "match not all": "Match !all\n User x\n",
    "match host": "Match host a\n User x\n",
    "match host in capitals": "Match HOST A\n User x\n",
    "match host with equals": "Match host=a\n User x\n",
    "match host after its name": "Host a\n HostName real.example\nMatch host real.example\n User x\n",
    "match host before its name": "Match host real.example\n User x\nHost a\n HostName real.example\n",
    "match host by a token's value": "Host a\n HostName %h.example\nMatch host a.example\n User x\n",
    "match a list": "Match originalhost x,a,!b\n User x\n",
    "match a list in quotes": 'Match host "a,b"\n User x\n',
    "match none of a list": "Match originalhost !b\n User x\n",
    "match not": "Match !host b\n User x\n",
    "match user": "User u\nMatch user u\n Port 9\n",
    "match user before it is said": "Match user u\n Port 9\nHost a\n User u\n",
    "match local user": "Match localuser root\n User x\nMatch localuser !root,*\n Port 3\n",
    "match canonical": "Match canonical\n User x\nMatch !canonical\n Port 3\nMatch canonical all\n Port 4\n",
    "match several": "Match originalhost a user root host b\n User x\nMatch originalhost a host a\n Port 7\n",
    "match with a comment": "Match host a # b\n User x\n",
    "exec that changes nothing": 'Match host b exec "touch {folder}/ran"\n User x\n',
    "jump": "ProxyJump u@j:3,v@k:4,l\n",
    "comment behind a jump": "ProxyJump j # c\n",
    "jump by URL": "ProxyJump ssh://u@j:3\n",
    "jump by IP version 6": "ProxyJump u@[::1]:3\n",
    "the first jump holds": "ProxyJump j\nProxyJump k\n",
    "no jump": "Host a\n ProxyJump NONE\nHost *\n ProxyJump j\n",
    "jump before command": "ProxyJump j\nProxyCommand nc x\n",
    "command before jump": "ProxyCommand nc x\nProxyJump j\n",
    "no command, so no jump": "ProxyCommand none\nProxyJump j\n",
    "no jump, and a command": "ProxyJump none\nProxyCommand nc\n",
    "keys": "Host a\n IdentityFile x\n IdentityFile y\nHost *\n IdentityFile z\n IdentityFile x\n",
    "no keys": "IdentityFile none\n",
    "only these keys": "IdentitiesOnly yes\nIdentitiesOnly no\n",
    "certificates": "CertificateFile c\nCertificateFile d\n",
    "known hosts": "Host a\n UserKnownHostsFile x y\nHost *\n UserKnownHostsFile z\nGlobalKnownHostsFile g h\n",
    "host key alias": "HostKeyAlias Foo\n",
}
"""What we read as OpenSSH reads it, asked for the host ``a``."""

REFUSED_BY_US: Final[Mapping[str, tuple[str, str]]] = {
    "exec that decides": (
        'Host a\n Port 3\nMatch exec "touch {folder}/ran" host a\n User x\n',
        "config:3: match: exec is not tried, and what follows hangs on it; WAY",
    ),
    "final": ("Match final\n User x\n", "config:1: match: final is not used; WAY"),
    "canonical names": (
        "CanonicalizeHostname yes\n",
        f"config:1: canonicalizehostname: {CANONICAL}",
    ),
    "quotes around a jump": ("ProxyJump 'j'\n", f"config:1: proxyjump: {JUMP}"),
    "revoked keys elsewhere": (
        "RevokedHostKeys /etc/krl\n",
        "config:1: revokedhostkeys: is not used; put the keys as @revoked lines into a known_hosts file",
    ),
    "service as port": ("Port ssh\n", "config:1: port: should be a number from 1 to 65535"),
    "token of a user": ("User %u\n", "config:1: user: should be an account's name; tokens are not used here"),
    "a name that is none": ("HostName a/b\n", "config:1: hostname: should be a host name or an IP address"),
    "keyword in quotes": (
        '"User" x\n',
        "config:1: this is no line of an OpenSSH configuration: it should read Keyword value",
    ),
    "spaces around equals of match": ("Match host = a\n", "config:1: match: host should be followed by patterns"),
}
"""What OpenSSH reads, and why we do not."""

REFUSED_BY_BOTH: Final[Mapping[str, tuple[str, str]]] = {
    "no number": ("Port x\n", "config:1: port: should be a number from 1 to 65535"),
    "no port": ("Port 70000\n", "config:1: port: should be a number from 1 to 65535"),
    "no value": ("Host a\n HostName\n", "config:2: hostname: nothing follows the keyword"),
    "two values": ("HostName x y\n", "config:1: hostname: one value should follow the keyword"),
    "empty": ('HostName ""\n', "config:1: hostname: one value should follow the keyword"),
    "half a quote": ('Host a\n HostName "x\n', "config:2: hostname: a quote has no end"),
    "unknown token": ("HostName %n\n", "config:1: hostname: the tokens of a host name are %h and %%"),
    "byte order mark": (
        "\ufeffHost a\n",
        "config:1: this is no line of an OpenSSH configuration: it should read Keyword value",
    ),
    "host of no name": ("Host\n User x\n", "config:1: host: nothing follows the keyword"),
    "match nothing": ("Match\n User x\n", "config:1: match: nothing follows the keyword"),
    "match host nothing": ("Match host\n", "config:1: match: host should be followed by patterns"),
    "match all and more": ("Match all host a\n", "config:1: match: all cannot stand beside other criteria"),
    "match what is unknown": (
        "Match weather fine\n User x\n",
        "config:1: match: weather is not tried, and what follows hangs on it; WAY",
    ),
    "switch": ("IdentitiesOnly maybe\n", "config:1: identitiesonly: should be yes or no"),
    "circle": ("Include {folder}/config\n", "config:1: include: more than 16 files include each other"),
    "spaces in a jump": ("ProxyJump u@j, k\n", f"config:1: proxyjump: {JUMP}"),
}
"""What neither reads."""
