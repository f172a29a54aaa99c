"""Look at all hosts through pyinfra: `python -m bench.programs.observe_pyinfra INVENTORY command|facts`."""

# pyinfra's own command line begins so too; without it one host would wait for the other.
from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402

from pyinfra.api import Config, Inventory, State  # noqa: E402
from pyinfra.api.connect import connect_all, disconnect_all  # noqa: E402
from pyinfra.api.host import Host  # noqa: E402
from pyinfra.context import ctx_host, ctx_state  # noqa: E402
from pyinfra.facts.docker import DockerContainers, DockerImages, DockerSystemInfo, DockerVersion  # noqa: E402
from pyinfra.facts.server import Command  # noqa: E402

from bench.inventory import CONCURRENT, read  # noqa: E402
from bench.inventory import Inventory as Told  # noqa: E402
from bench.tally import Tally, total  # noqa: E402

_FACTS = (DockerVersion, DockerSystemInfo, DockerContainers, DockerImages)


def main(arguments: list[str]) -> None:
    """Connect, ask, count."""
    told, form = read(arguments), arguments[1]
    state = State(
        Inventory(([_host(told, number) for number in range(len(told.places))], {})), Config(PARALLEL=CONCURRENT)
    )
    ctx_state.set(state)
    if not told.places:
        Tally(0, 0, 0).print()
        return
    connect_all(state)
    jobs = [state.pool.spawn(_ask, host, told.line if form == "command" else "") for host in state.inventory]
    answers = [job.get() for job in jobs]
    disconnect_all(state)
    total(answers).print() if form == "command" else _count(answers).print()


def _host(told: Told, number: int) -> tuple[str, dict[str, object]]:
    place = told.places[number]
    return place.name, {
        "ssh_hostname": place.address,
        "ssh_port": place.port,
        "ssh_user": told.user,
        "ssh_key": told.identity_file,
        "ssh_known_hosts_file": told.known_hosts,
        "ssh_strict_host_key_checking": "yes",
        "ssh_allow_agent": False,
        "ssh_look_for_keys": False,
    }


def _ask(host: Host, line: str) -> object:
    """Ask with the host as pyinfra's context, as its own operations do."""
    with ctx_host.use(host):
        if line:
            return str(host.get_fact(Command, line))
        return [host.get_fact(fact) for fact in _FACTS]


def _count(answers: list[list[list[object]]]) -> Tally:
    return Tally(len(answers), sum(len(one[2]) for one in answers), sum(len(one[3]) for one in answers))


if __name__ == "__main__":
    main(sys.argv[1:])
