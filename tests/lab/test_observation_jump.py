"""Hosts behind jump hosts: real sshds that forward, configurations that users write, and servers that misbehave."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Thread
from typing import TypeAlias

import pytest

from platformctl.adapters.limits import Limits
from platformctl.adapters.ssh import SshTransport
from platformctl.adapters.ssh_gate import GATES
from platformctl.catalog.inventory import SshHost
from platformctl.errors import Failure
from platformctl.reason import Reason

from .engine import Docker
from .entry import held, known_as
from .hostile_server import ssh_server
from .looking import failure_of, fingerprint
from .observer import HOST_KEY, Observer, script
from .ssh_faults import BANNERS, INFO, PATIENT, STEPS
from .sshd import SshHost as LabHost
from .sshd import SshHosts
from .sshd import ssh_hosts as start_ssh_hosts
from .tcp_server import Server, tcp_server

pytestmark = pytest.mark.lab

UNRUFFLED = Limits(connect_s=10, login_s=20, answer_s=20)
SHORT = dataclasses.replace(PATIENT, connect_s=3, login_s=3)

# Only the hosts of the lab know these names: who reaches one of them went through another.
NAMES = {"bastion": "127.0.0.11", "inner": "127.0.0.12", "target": "127.0.0.13"}
ETC_HOSTS = "".join(f"{address} {name}.lab.invalid\n" for name, address in NAMES.items())

Config: TypeAlias = Callable[..., SshHost]


@pytest.fixture(scope="module")
def hosts(lab: Path, engine: Docker) -> Iterator[SshHosts]:
    """Three hosts that know each other by name."""
    with start_ssh_hosts(lab, dict.fromkeys(NAMES, engine), files={"/etc/hosts": ETC_HOSTS}) as running:
        yield running


@pytest.fixture
def configured(hosts: SshHosts, tmp_path: Path) -> Config:
    """Return the entry of a host whose way is said by an OpenSSH configuration and nothing else."""

    def entry(alias: str = "target", *, lines: str = "", **said: object) -> SshHost:
        known = "".join(f"[{name_of(host)}]:{host.port} {host.public_key}\n" for host in hosts)
        (tmp_path / "known_hosts").write_text(known)
        (tmp_path / "config").write_text(lines + config(hosts, tmp_path / "known_hosts"))
        values = {"transport": "ssh", "address": alias, "ssh_config": str(tmp_path / "config")}
        return SshHost.model_validate(values | said)

    return entry


def name_of(host: LabHost) -> str:
    """Return what the next host is asked to connect to; the first is reached from here."""
    return host.address if host.name == "bastion" else f"{host.name}.lab.invalid"


def config(hosts: SshHosts, known_hosts: Path) -> str:
    """Return a configuration in which the target is behind two jump hosts."""
    jumps = {"bastion": "none", "inner": "bastion", "target": "inner"}
    stanzas = [
        f"Host {host.name}\n  HostName {name_of(host)}\n  Port {host.port}\n  ProxyJump {jumps[host.name]}\n"
        for host in hosts
    ]
    usual = f"  User {hosts['target'].user}\n  IdentityFile {hosts.identity_file}\n  IdentitiesOnly yes\n"
    return "".join(stanzas) + f"Host *\n{usual}  UserKnownHostsFile {known_hosts}\n"


def look(entry: SshHost, limits: Limits = UNRUFFLED) -> Failure | None:
    """Look and return why it failed."""
    return SshTransport("target", entry, limits).look().failure


def left_behind(before: tuple[list[str], list[str]]) -> tuple[list[str], list[str]]:
    """Return the threads, and the open files, that were not there before; a server's own end when they like."""
    threads, files = held()
    return sorted({*threads} - {*before[0]}), sorted({*files} - {*before[1]})


@pytest.mark.parametrize(
    "said",
    [
        {"alias": "bastion"},
        {"alias": "inner"},
        {"alias": "target"},
        {"alias": "target", "jump": ["bastion", "inner"]},
        {"alias": "target", "jump": "bastion,ssh://inner"},
    ],
    ids=str,
)
def test_a_host_is_reached_through_the_jump_hosts_before_it(configured: Config, said: Mapping[str, object]) -> None:
    """No, one and two jump hosts, said by the configuration or by the inventory; nothing is left behind."""
    before = held()
    assert look(configured(**said)) is None
    assert left_behind(before) == ([], [])


def test_without_a_configuration_the_inventory_says_the_whole_way(hosts: SshHosts, configured: Config) -> None:
    """The entry's keys are offered to its jump hosts too, and its known_hosts file holds for all of them."""
    bastion, inner = hosts["bastion"], hosts["inner"]
    known = configured().ssh_config or ""
    entry = SshHost(
        transport="ssh",
        address=name_of(inner),
        port=inner.port,
        user=inner.user,
        known_hosts=known.replace("/config", "/known_hosts"),
        identity_file=str(hosts.identity_file),
        ssh_config="none",
        jump=(f"{bastion.user}@{bastion.address}:{bastion.port}",),
    )
    assert look(entry) is None


def test_what_the_inventory_says_goes_before_the_configuration(hosts: SshHosts, configured: Config) -> None:
    """Port, user, keys and the way itself: each wrong line of the configuration is overruled."""
    target = hosts["target"]
    wrong = f"Host target\n  Port 1\n  User nobody\n  IdentityFile {hosts.stranger_file}\n  ProxyJump nowhere.invalid\n"
    right = {"port": target.port, "user": target.user, "identity_file": str(hosts.identity_file), "jump": "inner"}
    assert look(configured(lines=wrong, **right)) is None


def test_each_hop_is_named_in_its_failure(hosts: SshHosts, configured: Config) -> None:
    """Whose key is unknown, who takes no key and who cannot connect is said with the hop's own name."""
    bastion, inner, target = hosts["bastion"], hosts["inner"], hosts["target"]
    stranger, user = hosts.stranger_file, target.user
    at_bastion = f"jump host {bastion.address}:{bastion.port}"
    at_inner = f"jump host inner.lab.invalid:{inner.port}"
    refused = "the host takes none of the keys offered"
    cases = {
        f"Host bastion\n  IdentityFile {stranger}\n  User somebody\n": Failure(
            Reason.AUTHENTICATION_FAILED, f"{at_bastion}: somebody@{bastion.address}: {refused}"
        ),
        "Host inner\n  User somebody\n": Failure(
            Reason.AUTHENTICATION_FAILED, f"{at_inner}: somebody@inner.lab.invalid: {refused}"
        ),
        "Host target\n  User somebody\n": Failure(
            Reason.AUTHENTICATION_FAILED, f"somebody@target.lab.invalid: {refused}"
        ),
        "Host target\n  Port 1\n": Failure(
            Reason.UNREACHABLE, f"target.lab.invalid:1 from inner.lab.invalid:{inner.port}: it cannot connect"
        ),
        "Host inner\n  HostName elsewhere.invalid\n": Failure(
            Reason.UNREACHABLE,
            f"jump host elsewhere.invalid:{inner.port}: elsewhere.invalid:{inner.port} "
            f"from {bastion.address}:{bastion.port}: it cannot connect",
        ),
        "Host bastion\n  HostKeyAlias strange\n": Failure(
            Reason.HOST_KEY_UNKNOWN,
            f"{at_bastion}: strange shows the ssh-ed25519 key {fingerprint(bastion.folder / 'host_key.pub')}, "
            f"which is not in {known_hosts_of(configured)}; compare it with 'ssh-keygen -l' on the host, "
            "then add it there",
        ),
    }
    assert user == "platform-observer"
    assert {lines: look(configured(lines=lines)) for lines in cases} == cases


def known_hosts_of(configured: Config) -> Path:
    """Return the file that the configuration names."""
    return Path(configured().ssh_config or "").with_name("known_hosts")


def test_a_jump_host_that_may_not_forward_says_so(hosts: SshHosts, configured: Config) -> None:
    """A key with `restrict` logs in, and the failure names who forwards nothing."""
    bastion = hosts["bastion"]
    bastion.authorize("restrict")
    try:
        failure = look(configured("inner"))
    finally:
        bastion.authorize()
    place = f"inner.lab.invalid:{hosts['inner'].port} from {bastion.address}:{bastion.port}"
    assert failure == Failure(Reason.UNREACHABLE, f"{place}: it forwards no connections for this account")


def test_a_jump_hosts_key_is_as_strict_as_any(hosts: SshHosts, configured: Config) -> None:
    """With another key of the jump host in known_hosts, nothing is sent through it."""
    bastion, entry = hosts["bastion"], configured()
    file = known_hosts_of(configured)
    stranger = hosts.stranger_file.with_suffix(".pub")
    file.write_text(bastion.known_as(stranger.read_text().strip()))
    failure = look(entry)
    assert failure == Failure(
        Reason.HOST_KEY_CHANGED,
        f"jump host {bastion.address}:{bastion.port}: [{bastion.address}]:{bastion.port} shows the ssh-ed25519 key "
        f"{fingerprint(bastion.folder / 'host_key.pub')}, known is {fingerprint(stranger)} in {file}:1; "
        "nothing was sent. If the host was reinstalled, compare the key on the host and replace that line",
    )


@pytest.fixture
def behind(hosts: SshHosts, tmp_path: Path) -> Observer:
    """An observer of servers behind a real jump host."""
    return behind_a_jump_host(tmp_path, hosts, "bastion")


def behind_a_jump_host(folder: Path, hosts: SshHosts, name: str) -> Observer:
    """Return an observer whose connections go through a host, with the keys that a configuration names for it."""
    host = hosts[name]
    (folder / "known_jump").write_text(host.known_hosts_line)
    (folder / "config").write_text(
        f"Host {host.address}\n  IdentityFile {hosts.identity_file}\n  UserKnownHostsFile {folder}/known_jump\n"
    )
    jump = (f"{host.user}@{host.address}:{host.port}",)
    return Observer(folder, {"ssh_config": str(folder / "config"), "jump": jump})


@pytest.mark.parametrize("name", BANNERS)
def test_a_server_behind_a_jump_host_that_speaks_no_ssh_is_a_failure_in_time(behind: Observer, name: str) -> None:
    """Silence, endless words and other protocols end as they do without a jump host."""
    handle, message, reason = BANNERS[name]
    with tcp_server(handle) as server:
        failure = failure_of(behind.look(server, SHORT))
        expected = message.replace("within 1 s", "within 3 s")
        assert failure == Failure(reason, f"127.0.0.1:{server.port}: {expected}")


@pytest.mark.parametrize("name", STEPS)
def test_a_server_behind_a_jump_host_that_stops_at_a_step_is_told_apart(behind: Observer, name: str) -> None:
    """Whatever call is stuck, it ends in time, and nothing is left behind."""
    steps, limits, message, reason = STEPS[name]
    before = held()
    with ssh_server(script(steps=steps)) as server:
        failure = failure_of(behind.look(server, dataclasses.replace(limits, connect_s=3, login_s=3)))
        expected = message.replace("PORT", str(server.port)).replace("within 1 s", "within 3 s")
        assert failure == Failure(reason, expected)
    assert left_behind(before) == ([], [])


@pytest.mark.parametrize(
    ("steps", "message", "reason"),
    [
        ({"stuck_at": "login"}, "jump host JUMP: JUMP: no login within 3 s", Reason.TIMED_OUT),
        ({"stuck_at": "channel"}, "127.0.0.1:22 from JUMP: no answer in time", Reason.TIMED_OUT),
        (
            {"refuses": "channel"},
            "127.0.0.1:22 from JUMP: it forwards no connections for this account",
            Reason.UNREACHABLE,
        ),
        ({"drops_at": "channel"}, "127.0.0.1:22 from JUMP: the connection was closed", Reason.CONNECTION_LOST),
        ({}, "127.0.0.1:22: no login within 3 s", Reason.TIMED_OUT),
    ],
    ids=str,
)
def test_a_jump_host_that_misbehaves_ends_in_time(
    tmp_path: Path, steps: Mapping[str, str], message: str, reason: Reason
) -> None:
    """A jump host that is stuck, refuses, hangs up or forwards to nowhere is told by its own name."""
    played, before = script(steps=steps), held()
    with ssh_server(played) as server:
        nowhere = known_as("127.0.0.1", server.port, HOST_KEY) + f"127.0.0.1 {HOST_KEY.get_base64()}\n"
        way = (f"platform-observer@127.0.0.1:{server.port}",)
        entry = Observer(tmp_path).entry(server, nowhere).model_copy(update={"port": 22, "jump": way})
        failure = look(entry, SHORT)
        assert failure == Failure(reason, message.replace("JUMP", f"127.0.0.1:{server.port}"))
    assert played.forwards in ([], [("127.0.0.1", 22)])
    assert left_behind(before) == ([], [])


def test_a_jump_host_that_dies_takes_only_its_connections_with_it(lab: Path, engine: Docker, tmp_path: Path) -> None:
    """In the middle of the answers the jump host is gone: the look fails at once, and nothing is left behind."""
    before = held()
    with start_ssh_hosts(lab, {"doomed": engine}) as doomed:
        host = doomed["doomed"]

        def dies(_: object, server: Server) -> None:
            host.stop()
            server.ended.wait()

        observer = behind_a_jump_host(tmp_path, doomed, "doomed")
        with ssh_server(script({INFO: dies})) as server:
            failure = failure_of(observer.look(server, UNRUFFLED))
    assert failure
    assert failure.reason is Reason.CONNECTION_LOST
    assert left_behind(before) == ([], [])


def test_at_most_eight_log_in_at_a_jump_host_at_the_same_time(tmp_path: Path) -> None:
    """Of twelve that want through a jump host that lets nobody in, four wait at its gate without a connection."""
    with ssh_server(script(steps={"stuck_at": "login"})) as server:
        place = f"127.0.0.1:{server.port}"
        entry = Observer(tmp_path, {"jump": (f"platform-observer@{place}",), "ssh_config": "none"}).entry(server)
        entry = entry.model_copy(update={"port": 1})
        threads = [Thread(target=look, args=(entry, UNRUFFLED)) for _ in range(12)]
        for thread in threads:
            thread.start()
        while (GATES.to(place).waiting, server.connections) != (4, 8) and any(one.is_alive() for one in threads):
            threads[0].join(0.01)
        reached = (GATES.to(place).waiting, server.connections)
    for thread in threads:
        thread.join()
    assert reached == (4, 8)
    assert GATES.to(place).waiting == 0
