"""Why a verdict is what it is, in plain words: every digest involved, what each one is, and the rule that decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from platformctl.identity.closure import Closure
from platformctl.identity.digest import Digest
from platformctl.identity.knowledge import Knowledge
from platformctl.identity.reference import parse_reference
from platformctl.plan.decision import Decision
from platformctl.plan.flag import SENTENCES
from platformctl.plan.plan import EXIT_CODES, Evidence, HostPlan, ModulePlan
from platformctl.reason import Reason, Verdict
from platformctl.render.advice import ADVICE
from platformctl.render.printable import printable
from platformctl.render.text import change_lines, counted, trouble, unknowns

MAX_LINE: Final = 1000

_RULES: Final = (
    (Reason.TAG_ONLY, "Is it known which digest is meant?", "No: a tag does not say which image it means"),
    (Reason.EXACT, "Does the running image go by that very digest?", "Yes: equal digests are equal bytes"),
    (
        Reason.CLOSURE_UNKNOWN,
        "Is it known what that digest means?",
        "No: neither a lock, nor the store, nor a registry told",
    ),
    (Reason.SAME_MANIFEST, "Does the running image go by a manifest that it means?", "Yes"),
    (Reason.SAME_CONFIG, "Is the config that runs one that it means?", "Yes: the config is the image"),
    (Reason.IMAGE_DIFFERS, "Is the config that runs known, and none that it means?", "Yes: that is another image"),
    (Reason.LAYERS_DIFFER, "Are the layers that run known, and none that it means?", "Yes: that is another image"),
    (Reason.EQUAL_CONTENT, "Are platform, layers, settings and date equal to those that it means?", "Yes"),
    (Reason.SETTINGS_DIFFER, "Are the layers equal and the settings others?", "Yes: that is another image"),
    (Reason.CONTENT_UNKNOWN, "Does anything else tell?", "No: neither sameness nor difference is proven"),
)
"""The rules of the image verdict in their order; an image is decided by the first that applies."""

_DECIDED_BY_NO: Final = frozenset({Reason.TAG_ONLY, Reason.CLOSURE_UNKNOWN, Reason.CONTENT_UNKNOWN})
_FIELDS: Final = {
    "Image": "the container's image ID",
    "Id": "the image's ID",
    "Config.Image": "what the container was created from",
    "ImageManifestDescriptor.digest": "the manifest that runs",
    "Descriptor.digest": "what the image's name stands for",
    "ImageDigest": "a digest of the image",
    "Digest": "a digest of the image",
}
_IMAGE_CALLS: Final = frozenset({"container inspect", "image inspect"})


def to_explanation(
    module: ModulePlan, host: HostPlan | None, decisions: tuple[Decision, ...], knowledge: Knowledge
) -> str:
    """Return the page that ends an argument about one module. Nothing in it can move the cursor, whoever wrote it."""
    return "".join(f"{printable(line, MAX_LINE)}\n" for line in _lines(module, host, decisions, knowledge))


def _lines(
    module: ModulePlan, host: HostPlan | None, decisions: tuple[Decision, ...], knowledge: Knowledge
) -> Iterator[str]:
    pinned = knowledge.pinned(parse_reference(module.image)).digest
    pin = knowledge.closures.get(pinned) if pinned else None
    yield from _verdict(module)
    yield ""
    yield "What is declared"
    yield from _declared(module, pin, resolved=pinned)
    yield ""
    yield f"What {module.host} shows"
    yield from _observed(module, host, pin, knowledge)
    for digest in _others(module, pin, knowledge):
        yield ""
        yield f"What {digest} means"
        yield from _meaning(knowledge.closures[digest])
    yield ""
    yield "How the image was decided"
    yield from _decided(decisions)
    yield ""
    yield f"{module.status}: {module.reason}, {module.name} on {module.host} (exit code {EXIT_CODES[module.status]})"


def _verdict(module: ModulePlan) -> Iterator[str]:
    yield f"{module.name} on {module.host} is {module.status}: {module.reason}"
    yield f"    {module.reason.sentence}"
    yield f"    What to do: {ADVICE[module.reason]}"
    if module.status is Verdict.DRIFT:
        yield "    This was one look. `platformctl plan` looks twice before it says drift."
    for change in module.changes:
        yield from change_lines(change)
    yield from (f"    {line}" for line in unknowns(module))
    yield from (f"    flag {flag}: {SENTENCES[flag]}" for flag in module.flags)


def _declared(module: ModulePlan, pin: Closure | None, resolved: str | None) -> Iterator[str]:
    yield f"    {module.image}"
    if resolved and resolved not in module.image:
        yield f"    Its registry, asked now, says that the tag means {resolved}."
    for problem in _values(module, "registry", "error"):
        yield f"    Not learned: {problem}"
    if pin:
        yield from _meaning(pin)
    elif resolved:
        yield "    It is not known what the digest means: there is no lock, and neither store nor registry told."


def _meaning(closure: Closure) -> Iterator[str]:
    yield f"    It means, says {closure.source}:"
    for manifest in closure.manifests:
        kind = "index" if manifest.platform is None else f"manifest for {manifest.platform}"
        itself = ", the digest itself" if manifest.digest == closure.digest else ""
        yield f"        {manifest.digest}  {kind}{itself}"
    for config in closure.configs:
        yield f"        {config.digest}  config for {config.platform}"


def _observed(module: ModulePlan, host: HostPlan | None, pin: Closure | None, knowledge: Knowledge) -> Iterator[str]:
    said, error = (trouble(host), host.error or host.images_error) if host else (None, None)
    if host and said and error:
        yield f"    {host.name} {said}"
        yield f"    {error.reason} after {counted(host.attempts, 'look')}: {error.message}"
    for length in _values(module, "container list", "length"):
        yield f"    {counted(int(length), 'container')}, and none of them is {module.container}"
    store = str(host.engine.image_store) if host and host.engine else "unknown"
    for container, facts in _by_container(module.evidence):
        yield f"    container {container or module.container}"
        yield from _digests(facts, pin, store, knowledge)
    if host and host.engine:
        yield f"    engine {host.engine.name} {host.engine.version}, API {host.engine.api_version}, image store {store}"


def _by_container(evidence: Iterable[Evidence]) -> Iterator[tuple[str | None, list[Evidence]]]:
    grouped: dict[str | None, list[Evidence]] = {}
    for entry in evidence:
        if entry.call in _IMAGE_CALLS and entry.field != "error":
            grouped.setdefault(entry.container, []).append(entry)
    yield from grouped.items()


def _digests(facts: Iterable[Evidence], pin: Closure | None, store: str, knowledge: Knowledge) -> Iterator[str]:
    """Show each name of the running image once: what it is, and where it was seen."""
    places: dict[str, list[str]] = {}
    for fact in facts:
        places.setdefault(fact.value, []).append(f"{_field(fact.field, store)} ({fact.call}, {fact.field})")
    for value, seen in places.items():
        digest = value.rpartition("@")[2]
        yield f"        {value}"
        yield f"            {_kind(digest, pin)}"
        yield from (f"            seen as {place}" for place in seen)
        if digest in knowledge.unread:
            yield f"            what it means is not learned: {knowledge.unread[digest]}"


def _field(field: str, store: str) -> str:
    config = ", which is its config's digest on this store" if field in {"Image", "Id"} and store == "classic" else ""
    return f"{_FIELDS.get(field, 'a repository digest' if field.startswith('RepoDigests') else 'a name')}{config}"


def _kind(digest: str, pin: Closure | None) -> str:
    """Say what a digest is to the pin."""
    if pin is None:
        return "whether it is a part of what is declared is not known"
    if digest == pin.digest:
        return "is the digest that is declared"
    for manifest in pin.manifests:
        if digest == manifest.digest:
            return f"is its {f'manifest for {manifest.platform}' if manifest.platform else 'inner index'}"
    for config in pin.configs:
        if digest == config.digest:
            return f"is its config for {config.platform}"
    return "is none of the digests above"


def _others(module: ModulePlan, pin: Closure | None, knowledge: Knowledge) -> list[Digest]:
    """Return the running digests beside the pin whose meaning was learned: they may have decided."""
    known = {fact.value.rpartition("@")[2] for fact in module.evidence if fact.call in _IMAGE_CALLS}
    inside = pin.manifest_digests if pin else frozenset()
    return sorted(digest for digest in knowledge.closures if digest in known and digest not in inside)


def _decided(decisions: tuple[Decision, ...]) -> Iterator[str]:
    """Show the rules once for all containers that were decided alike."""
    alike: dict[tuple[Reason, tuple[str, ...]], list[str]] = {}
    for decision in decisions:
        alike.setdefault((decision.reason, decision.settings), []).append(decision.container)
    if not alike:
        yield "    No container was looked at."
    for (reason, settings), containers in alike.items():
        yield f"    container {', '.join(containers)}"
        yield from (f"        {line}" for line in _trace(reason))
        if settings:
            yield f"        The settings that differ: {', '.join(settings)}."


def _trace(decided: Reason) -> Iterator[str]:
    for rule, question, answer in _RULES:
        if rule is decided:
            yield f"{question} {answer}. So the image is {decided.verdict}: {decided}."
            return
        yield f"{question} {'Yes.' if rule in _DECIDED_BY_NO else 'No.'}"


def _values(module: ModulePlan, call: str, field: str) -> Iterator[str]:
    found = (entry.value for entry in module.evidence if (entry.call, entry.field) == (call, field))
    yield from dict.fromkeys(found)
