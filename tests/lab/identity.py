"""Every state of identity on every engine, live, judged by the product: ``python -m tests.lab.identity``.

Of each state the lab knows the truth, since it made it. The product sees what each client shows: recorded, with the
lock of the pin and without, while the registry is down, and with the lock while it is up; and live on the engine's
socket. Prints a table, writes build/identity.json with every verdict and its reason, and ends with 1 where one has the
wrong colour.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from platformctl.cli import main as platformctl

from .engines import KINDS
from .errors import LabError
from .identities import IDENTITIES, UNSHOWN
from .record import OUT, REGISTRY, Scene, make, record, scenarios, write_inventory
from .registry import registry
from .service import Verdict
from .sight import Need, Sight
from .workspace import workspace

BUILD = Path(__file__).parents[2] / "build"
SIGNS = {"in-sync": "=", "drift": "~", "inconclusive": "?"}

Way: TypeAlias = Literal["locked", "unlocked", "asked", "live"]
WAYS: Mapping[Way, Need] = {"locked": "closure", "unlocked": "nothing", "asked": "registry", "live": "registry"}
# "short": it could have been proven. "beyond": it was right, and the lab knows no proof.
Mark: TypeAlias = Literal["right", "short", "beyond", "false-red", "false-green"]


@dataclass(frozen=True, slots=True)
class Found:
    """One verdict of the product, beside what is so."""

    state: str
    engine: str
    module: str
    desired: str
    way: Way
    truth: Verdict
    provable: Verdict
    verdict: str
    reason: str
    because: str

    @property
    def mark(self) -> Mark:
        """How good the verdict is."""
        if self.verdict not in ("inconclusive", self.truth):
            return "false-red" if self.verdict == "drift" else "false-green"
        if self.verdict == self.provable:
            return "right"
        return "short" if self.verdict == "inconclusive" else "beyond"


def judge(kind: str, scenario: str, place: Path, out: Path) -> Iterator[Found]:
    """Make a state on an engine, record it, and let the product judge it in every way."""
    with registry(place, REGISTRY) as running, make(place, running, KINDS[kind], scenario) as scene:
        folders = record(scene, out)
        sights = [next(iter(views.values())).sight for views in scene.views]
        live = _live(scene, folders[scene.kind.live], place / "live")
        yield from _found(scene, sights[scene.kind.live], live, "live", folders[scene.kind.live].parent.name)
        for folder, sight in zip(folders, sights, strict=True):
            yield from _found(scene, sight, folder, "asked", folder.parent.name)
        running.stop()
        for folder, sight in zip(folders, sights, strict=True):
            yield from _found(scene, sight, folder, "locked", folder.parent.name)
            unlocked = shutil.copytree(
                folder, place / "unlocked" / folder.parent.name, ignore=shutil.ignore_patterns("image.lock.json")
            )
            yield from _found(scene, sight, unlocked, "unlocked", folder.parent.name)


def main() -> int:
    """Judge all, or what is named, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.identity", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--engine", action="append", choices=KINDS, help="one of the engines (default: all)")
    parser.add_argument("--record", action="store_true", help=f"write the recordings to {OUT.name}/ too")
    parser.add_argument("states", nargs="*", metavar="STATE", help=f"default: all of {', '.join(IDENTITIES)}")
    options = parser.parse_args()
    unknown = sorted(set(options.states) - set(IDENTITIES))
    if unknown:
        parser.error(f"no such state: {', '.join(unknown)}")
    found: list[Found] = []
    failed: dict[str, str] = {}
    for kind in options.engine or KINDS:
        for state in [each for each in scenarios(kind) if each in (options.states or IDENTITIES)]:
            with workspace() as place:
                try:
                    found += judge(kind, state, place, OUT if options.record else BUILD / "identity")
                except LabError as error:
                    failed[f"{state} on {kind}"] = str(error)
            print(f"\r\033[K{kind}: {state}" if sys.stderr.isatty() else f"{kind}: {state}", file=sys.stderr)
    _write(found, failed)
    print(table(found))
    for what, why in failed.items():
        print(f"not made: {what}: {why}")
    return int(bool(failed) or any(each.mark.startswith("false") for each in found))


def table(found: Iterable[Found]) -> str:
    """Return states by engine: what is so, what the product says by lock, without lock, and live."""
    rows: dict[str, dict[str, dict[Way, Found]]] = {}
    for each in found:
        rows.setdefault(each.state, {}).setdefault(each.engine, {})[each.way] = each
    engines = list(dict.fromkeys(engine for row in rows.values() for engine in row))
    width = max((len(state) for state in rows), default=5)
    lines = [
        "= in-sync  ~ drift  ? inconclusive; in this order: with the lock, without, with lock and registry, live",
        "after it what could be proven more (short), or !! for a wrong colour; truth and pin are in the first columns",
        "",
        *(f"{number}: {engine}" for number, engine in enumerate(engines, 1)),
        "",
        f"{'state':{width}}  so  {'pin':12}  " + "  ".join(f"{number:<11}" for number in range(1, len(engines) + 1)),
    ]
    for state in sorted(rows):
        first = next(iter(next(iter(rows[state].values())).values()))
        pin = first.desired.partition("@sha256:")[2][:12] or "tag"
        cells = "  ".join(f"{_cell(rows[state].get(engine, {})):11}" for engine in engines)
        lines.append(f"{state:{width}}  {SIGNS[first.truth]}   {pin:12}  {cells}".rstrip())
    marks = [each.mark for each in rows_of(rows)]
    lines += ["", ", ".join(f"{marks.count(mark)} {mark}" for mark in ("right", "short", "beyond"))]
    lines[-1] += f", {marks.count('false-red')} false-red, {marks.count('false-green')} false-green"
    lines[-1] += f" of {len(marks)} verdicts"
    return "\n".join(lines)


def rows_of(rows: Mapping[str, Mapping[str, Mapping[Way, Found]]]) -> list[Found]:
    """Return every verdict of a table."""
    return [found for row in rows.values() for cell in row.values() for found in cell.values()]


def _cell(cell: Mapping[Way, Found]) -> str:
    if not cell:
        return "."
    signs = "".join(SIGNS.get(cell[way].verdict, "#") if way in cell else " " for way in WAYS)
    marks = {each.mark for each in cell.values()}
    if marks & {"false-red", "false-green"}:
        return f"{signs} !!"
    return f"{signs} short" if "short" in marks else signs


def _live(scene: Scene, recorded: Path, folder: Path) -> Path:
    shutil.copytree(recorded / "modules", folder / "modules")
    hosts = {host: {"transport": "docker", "url": f"unix://{engine.socket}"} for host, engine in scene.engines.items()}
    write_inventory(folder / "hosts.yaml", hosts)
    return folder


def _found(scene: Scene, sight: Sight, catalog: Path, way: Way, engine: str) -> Iterator[Found]:
    verdicts = _plan(catalog, keep=way == "asked")
    for service in (service for each in scene.services.values() for service in each):
        verdict, reason = verdicts.get(service.name, ("no verdict", verdicts[""][1] if "" in verdicts else ""))
        yield Found(
            state=scene.name,
            engine=engine,
            module=service.name,
            desired=service.image,
            way=way,
            truth=service.truth,
            provable=service.verdict_at(sight, WAYS[way]),
            verdict=verdict,
            reason=reason,
            because=service.because,
        )


def _plan(catalog: Path, *, keep: bool) -> Mapping[str, tuple[str, str]]:
    """Return verdict and reason by module; what the product said instead stands under the empty name.

    With `keep` what the registry answered is put beside the recording.
    """
    said, out = io.StringIO(), catalog.with_name(f"{catalog.name}.plan.json")
    arguments = ["plan", "--catalog", str(catalog), "--format", "json", "--no-confirm", "--out", str(out)]
    with workspace() as store, contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        platformctl([*arguments, "--store", str(store)])
        for answers in store.glob("plans/*/*/snapshot/registries.json") if keep else ():
            (catalog / "asked").mkdir(exist_ok=True)
            shutil.copy(answers, catalog / "asked")
    if not out.exists():
        return {"": ("no verdict", said.getvalue())}
    modules = json.loads(out.read_text())["modules"]
    out.unlink()
    return {module["name"]: (module["status"], module["reason"]) for module in modules}


def _write(found: Iterable[Found], failed: Mapping[str, str]) -> None:
    BUILD.mkdir(exist_ok=True)
    verdicts = [asdict(each) | {"mark": each.mark} for each in found]
    unshown = {kind: dict(UNSHOWN[kind]) for kind in KINDS}
    document = {"verdicts": verdicts, "notMade": dict(failed), "notShown": unshown}
    (BUILD / "identity.json").write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
