"""The way to a host, put together from the inventory and an OpenSSH configuration."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from platformctl.adapters.ssh_hop import Hop, Identity, KnownFiles
from platformctl.adapters.ssh_route import route_to
from platformctl.catalog.inventory import SshHost
from platformctl.errors import Failure, LookFailed
from platformctl.reason import Reason

US = getpass.getuser()
GLOBAL = (Path("/etc/ssh/ssh_known_hosts"), Path("/etc/ssh/ssh_known_hosts2"))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, and no agent."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    (tmp_path / ".ssh").mkdir()
    return tmp_path


def usual(home: Path) -> tuple[tuple[Path, ...], Identity]:
    """Return the usual known_hosts files and keys."""
    ssh = home / ".ssh"
    keys = tuple(ssh / f"id_{kind}" for kind in ("ed25519", "ecdsa", "rsa"))
    return (ssh / "known_hosts", ssh / "known_hosts2", *GLOBAL), Identity(keys, False, False, False, (), None)  # noqa: FBT003


def entry(address: str = "a", **said: object) -> SshHost:
    """Return an entry of the inventory."""
    return SshHost.model_validate({"transport": "ssh", "address": address, **said})


def places(host: SshHost) -> list[str]:
    """Return where the connections go, and as whom."""
    return [f"{hop.user}@{hop.place}" for hop in route_to(host)]


def refusal(host: SshHost) -> str:
    """Return why there is no way."""
    with pytest.raises(LookFailed) as caught:
        route_to(host)
    assert caught.value.failure == Failure(Reason.CONFIGURATION_UNUSABLE, caught.value.failure.message)
    return caught.value.failure.message


def configure(home: Path, text: str) -> Path:
    """Write the usual configuration."""
    file = home / ".ssh" / "config"
    file.write_text(text)
    return file


def test_where_nothing_is_said_all_is_as_ssh_has_it(home: Path) -> None:
    """Port 22, our own account, the usual keys and files; there need be no configuration."""
    files, identity = usual(home)
    assert route_to(entry()) == (Hop("a", 22, US, KnownFiles("a", files, required=False), identity),)


def test_the_configuration_says_what_the_inventory_leaves_out(home: Path) -> None:
    """Every keyword that is used is one of these, and tokens stand for what they stand for in ssh."""
    configure(
        home,
        "Host a\n HostName %h.example\n Port 2222\n User u\n IdentityFile ~/%r@%h:%p\n IdentityFile ${HOME}/%n\n"
        " IdentitiesOnly yes\n CertificateFile %d/c%%\n UserKnownHostsFile ~/k /dev/null ~/%k\n"
        " GlobalKnownHostsFile none\n HostKeyAlias Alias\n IdentityAgent ~/agent\n",
    )
    identity = Identity(
        (home / "u@a.example:2222", home / "a"),
        named=True, required=False, only=True, certificates=(home / "c%",), agent=home / "agent",
    )  # fmt: skip
    known = KnownFiles("alias", (home / "k", home / "alias"), required=False)
    assert route_to(entry()) == (Hop("a.example", 2222, "u", known, identity),)


def test_the_inventory_goes_before_the_configuration(home: Path) -> None:
    """Port, account, key, known_hosts and the way: what the entry says holds."""
    configure(
        home,
        "Host *\n Port 1\n User c\n IdentityFile c\n CertificateFile /c\n UserKnownHostsFile c\n ProxyJump c\n"
        " ProxyCommand none\n",
    )
    host = entry(port=22, user="u", identity_file="~/key", known_hosts="~/known", jump="none")
    identity = Identity((home / "key",), True, True, True, (Path("/c"),), None)  # noqa: FBT003
    assert route_to(host) == (Hop("a", 22, "u", KnownFiles("a", (home / "known",), required=True), identity),)


def test_a_jump_host_has_its_own_keys_or_those_of_the_entry(home: Path) -> None:
    """The entry's key and known_hosts are for its jump hosts too, unless the configuration names theirs."""
    configure(home, "Host j\n IdentityFile ~/j\nHost k\n UserKnownHostsFile ~/k\n")
    hops = route_to(entry(identity_file="~/key", known_hosts="~/known", jump=["v@j:2", "k"]))
    j, k, a = hops
    assert [hop.place for hop in hops] == ["j:2", "k:22", "a:22"]
    assert [hop.user for hop in hops] == ["v", US, US]
    assert [hop.identity.files for hop in hops] == [(home / "j",), (home / "key",), (home / "key",)]
    assert [hop.identity.required for hop in hops] == [False, True, True]
    assert j.known == KnownFiles("[j]:2", (home / "known",), required=True)
    assert k.known == KnownFiles("k", (home / "k", *GLOBAL), required=False)
    assert a.known == KnownFiles("a", (home / "known",), required=True)


@pytest.mark.parametrize(
    ("text", "jump", "expected"),
    [
        ("ProxyJump none\n", None, ["a:22"]),
        ("Host a\n ProxyJump j\n", None, ["j:22", "a:22"]),
        ("Host a\n ProxyJump j\nHost j\n ProxyJump k:3\n HostName j.example\n", None, ["k:3", "j.example:22", "a:22"]),
        ("Host a\n ProxyJump j,[::1]:4\nHost j\n ProxyJump k\n", None, ["k:22", "j:22", "::1:4", "a:22"]),
        ("Host a j\n ProxyJump k\n", "j", ["k:22", "j:22", "a:22"]),
        ("Host b\n ProxyJump k\n", [], ["a:22"]),
        ("Host a\n ProxyCommand nc %h\n", "none", ["a:22"]),
        ("Host *\n ProxyJump j\nHost j\n Port 3\n", ["ssh://j:4", "j:5"], ["j:4", "j:5", "a:22"]),
    ],
)
def test_jump_hosts_stand_in_the_order_of_the_connections(
    home: Path, text: str, jump: object, expected: list[str]
) -> None:
    """As with ssh -J, the first of a list has a way of its own, and each later one goes through those before it."""
    if "ssh://j:4" in str(jump):
        text = text.replace("Host *", "Host a")
    configure(home, text)
    assert places(entry(jump=jump)) == [f"{US}@{place}" for place in expected]


def test_a_way_that_cannot_be_gone_is_refused(home: Path) -> None:
    """Circles, programs, unknown tokens and files that others can write are told with what would be right."""
    file = configure(home, "Host *\n ProxyJump j\n")
    assert refusal(entry()) == "the jump hosts lead in a circle, or are more than 7: a -> j -> j"
    configure(home, "ProxyCommand nc %h %p\n")
    assert refusal(entry()) == f"{file}:1: proxycommand: for a is not used; say jump: or ProxyJump"
    configure(home, "IdentityFile ~/%C\n")
    assert refusal(entry()) == "'~/%C': %C is not known here; write the path out"
    configure(home, "UserKnownHostsFile ${ABSENT_VARIABLE}/k\n")
    assert refusal(entry()) == "'${ABSENT_VARIABLE}/k': ${ABSENT_VARIABLE} is not known here; write the path out"
    assert refusal(entry(ssh_config="none", jump=["j:0"])) == "a: jump: j:0 should read user@host:port"
    file.chmod(0o664)
    assert refusal(entry()) == f"{file}: others may write it; it should be yours, with chmod go-w"


def test_files_that_cannot_be_read_are_named(home: Path) -> None:
    """A folder, a file that is absent, one that is too large and one of bytes: no traceback, and the name."""
    config = home / "config"
    assert refusal(entry(ssh_config=str(config))) == f"{config}: cannot be read: No such file or directory"
    assert refusal(entry(ssh_config=str(home))) == f"{home}: this is not a regular file"
    config.write_bytes(b"#" * (1024 * 1024 + 1))
    assert refusal(entry(ssh_config=str(config))) == f"{config}: is larger than 1048576 bytes"
    config.write_bytes(b"\xff\xfe\x00")
    message = f"{config}:1: this is no line of an OpenSSH configuration: it should read Keyword value"
    assert refusal(entry(ssh_config=str(config))) == message
    config.write_bytes(b"User \xff\n")
    assert refusal(entry(ssh_config=str(config))) == (
        f"{config}:1: user: should be an account's name; tokens are not used here"
    )


def test_no_configuration_is_read_where_none_is_wanted(home: Path) -> None:
    """`ssh_config: none` passes over the usual file."""
    configure(home, "rubbish!\n")
    assert places(entry(ssh_config="none")) == [f"{US}@a:22"]


def test_the_agent_is_that_of_the_configuration_or_of_the_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path, a variable, `SSH_AUTH_SOCK` and `none` mean what they mean to ssh."""
    monkeypatch.setenv("SSH_AUTH_SOCK", "/agent")
    monkeypatch.setenv("OTHER_SOCK", "/other")
    said = {"none": None, "SSH_AUTH_SOCK": Path("/agent"), "$OTHER_SOCK": Path("/other"), "~/s": home / "s"}
    found = {}
    for text in said:
        configure(home, f"IdentityAgent {text}\n")
        found[text] = route_to(entry())[0].identity.agent
    assert found == said
    assert route_to(entry(ssh_config="none"))[0].identity.agent == Path("/agent")
