"""Writing and checking the locks of a catalog."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from platformctl.adapters.catalog_folder import load_catalog
from platformctl.adapters.closures import Bodies
from platformctl.adapters.file import write_atomically
from platformctl.adapters.learning import AT_ONCE
from platformctl.adapters.planning import inventory_folder
from platformctl.adapters.registry import Registries
from platformctl.adapters.store import Store
from platformctl.catalog.lock import FILE, lock_text
from platformctl.catalog.module import Module
from platformctl.errors import StoreUnwritable
from platformctl.identity.digest import Digest
from platformctl.identity.walk import ClosureUnread
from platformctl.observe.stage import Stage, Tell, silent
from platformctl.plan.selection import select
from platformctl.render.printable import printable

_MAX_MESSAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Locked:
    """What came of locking one module: a line about it, and whether it went well."""

    line: str
    is_done: bool


def write_locks(
    root: Path, inventory: Path | None, names: Iterable[str], store: Store, tell: Tell = silent
) -> tuple[Locked, ...]:
    """Write the lock of every named module that pins a digest, or of all; for the others, find the digest to pin.

    A lock is written whole or not at all, and what fails for one module keeps no other from its lock.

    Raises:
        InputInvalid: the catalog or a name is wrong.
    """
    catalog = load_catalog(root, inventory, with_locks=False)  # a broken lock is what this mends
    registries = Registries(catalog.registries, inventory_folder(root, inventory))
    bodies = Bodies(store.bodies, lambda: registries)
    chosen = select(catalog, names).modules
    modules = [module for module in catalog.modules if module.name in chosen]

    def lock(module: Module) -> Locked:
        tell(module.name, Stage.LOOKING, str(module.reference.repository))
        locked = _locked(root, module, bodies, registries)
        tell(module.name, Stage.ANSWERED if locked.is_done else Stage.FAILED, "")
        return locked

    for module in modules:
        tell(module.name, Stage.WAITING, "")
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return tuple(pool.map(lock, modules))


def check_locks(root: Path, inventory: Path | None, names: Iterable[str]) -> tuple[str, ...]:
    """Return a line about every pin that has no lock of its own, or one of another digest; nobody is asked.

    Raises:
        InputInvalid: the catalog, a lock or a name is wrong.
    """
    catalog = load_catalog(root, inventory)
    chosen = select(catalog, names).modules
    pins = [module for module in catalog.modules if module.name in chosen and module.reference.digest]
    locks = {closure.source: closure.digest for closure in catalog.closures}
    options = [*_option("--catalog", root if root != Path() else None), *_option("--inventory", inventory)]
    command = shlex.join(["platformctl", "lock", *options, "--module"])
    return tuple(
        f"{root / _path(module)}: {misfit}: {command} {module.name}"
        for module in pins
        for misfit in _misfit(module, locks.get(_path(module)))
    )


def _option(name: str, value: Path | None) -> tuple[str, ...]:
    return (name, str(value)) if value else ()


def _misfit(module: Module, locked: Digest | None) -> Iterator[str]:
    if locked is None:
        yield "there is no lock for the pin; write it with"
    elif locked != module.reference.digest:
        yield "it locks another digest; renew it with"


def _locked(root: Path, module: Module, bodies: Bodies, registries: Registries) -> Locked:
    pinned = module.reference
    place, failed = (_path(module), "written") if pinned.digest else (f"modules/{module.name}/module.yaml", "resolved")
    try:
        if pinned.digest is None:
            return Locked(f"{place}: pin it as {replace(pinned, digest=registries.resolve(pinned))}", is_done=True)
        write_atomically(root / place, lock_text(module.image, bodies.closure(pinned.digest, (pinned,))))
    except (ClosureUnread, StoreUnwritable) as error:
        return Locked(f"{place}: not {failed}: {printable(str(error), _MAX_MESSAGE)}", is_done=False)
    return Locked(f"{place}: written", is_done=True)


def _path(module: Module) -> str:
    return f"modules/{module.name}/{FILE}"
