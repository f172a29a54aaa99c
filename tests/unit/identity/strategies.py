"""What Hypothesis makes: image references that are nearly right, and running images with their closures."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from platformctl.identity.candidate import Candidate, ImageStore, RunningImage
from platformctl.identity.closure import Closure, ImageConfig, Manifest
from platformctl.identity.content import ImageContent
from platformctl.identity.digest import Digest
from platformctl.identity.reference import Reference

SHA256: Final = f"sha256:{'a1' * 32}"

_RIGHT: Final = (
    ("", "", "docker.io/", "index.docker.io/", "DOCKER.IO/", "ghcr.io/", "ghcr.io:443/", "localhost/",
     "localhost:5000/", "127.0.0.1:5000/", "[::1]:5000/", "[::1]/", "foo_bar.com/", "a-b.example.com/", "NGINX/",
     "apps/", "a_b/"),
    ("nginx", "library/nginx", "library", "a.b", "a_b", "a__b", "a--b", "ghcr.io", "localhost", "1", "apps/web",
     "a/b.c/d_e", "docker.io/x", "a" * 247, f"a/{'b' * 246}", "abcdef012345"),
    ("", "", ":latest", ":1.27", ":V_1-.x", ":5000", f":{'t' * 128}"),
    ("", "", f"@{SHA256}", f"@sha384:{'b' * 96}", f"@sha512:{'c' * 128}"),
)  # fmt: skip
"""Domains, paths, tags and digests that are right by themselves."""

_WRONG: Final = (
    ("LOCALHOST/", "[fe80::1%eth0]/", "foo_bar.com:80/", "foo___bar.com/", "-a.b/", "a-.b/", "a..b/", "a:b/", "a:/",
     "/", "http://a.b/", "é.com/"),
    ("a___b", "a-.b", ".a", "a-", "A", "a/B", "a//b", "é", "", "a" * 256, "f0" * 32, f"sha256:{'a' * 64}", "<none>"),
    (":.a", ":-a", ":", ":a:b", f":{'t' * 129}", ":é", ":<none>"),
    (f"@sha256:{'A' * 64}", f"@sha256:{'a' * 63}", f"@sha384:{'a' * 64}", f"@md5:{'a' * 32}", f"@sha256+b64:{'a' * 64}",
     f"@SHA256:{'a' * 64}", "@sha256:", "@", f"@{SHA256}@{SHA256}", f"@{SHA256[7:]}"),
)  # fmt: skip

_SCRATCHES: Final = ("\n", " ", "/", ":", "@", ".", "_", "-", "A", "a", "[", "é", "\x00", "²")
_LAST: Final = 400


@st.composite
def near_references(draw: st.DrawFn) -> str:
    """Return a reference of right parts, two in three of them with one wrong part or one scratch."""
    damage = draw(st.integers(-4, 7))
    text = "".join(draw(st.sampled_from(_WRONG[i] if i == damage else _RIGHT[i])) for i in range(len(_RIGHT)))
    if damage < len(_RIGHT):
        return text
    place = draw(st.integers(0, _LAST)) % (len(text) + 1)
    return f"{text[:place]}{draw(st.sampled_from(_SCRATCHES))}{text[place + damage % 2 :]}"


def digests() -> st.SearchStrategy[Digest]:
    """Return digests of a small world, so that they are often equal."""
    return st.integers(0, 7).map(lambda number: Digest(f"sha256:{number:064x}"))


def candidates() -> st.SearchStrategy[Candidate]:
    """Return candidates from any field."""
    return st.builds(
        Candidate,
        call=st.sampled_from(("container inspect", "image inspect")),
        field=st.sampled_from(("Image", "Config.Image", "RepoDigests[0]")),
        digest=digests(),
        repository=st.sampled_from((None, "docker.io/library/nginx", "ghcr.io/x/y")),
    )


def running_images() -> st.SearchStrategy[RunningImage]:
    """Return everything that engines could say about an image, contradictions included."""
    return st.builds(
        RunningImage,
        image_id=st.none() | digests(),
        store=st.sampled_from(ImageStore),
        candidates=st.lists(candidates(), max_size=4).map(tuple),
        platform=st.sampled_from((None, "linux/amd64")),
        content=st.none() | contents(),
        content_is_certain=st.booleans(),
    )


def contents() -> st.SearchStrategy[ImageContent]:
    """Return contents of a small world, so that they are often equal."""
    return st.builds(
        ImageContent,
        platform=st.sampled_from(("linux/amd64", "linux/arm64", "linux/arm64/v8")),
        layers=st.lists(digests(), min_size=1, max_size=2).map(tuple),
        created=st.sampled_from(("2026-01-02T03:04:05Z", "")),
        settings=st.sampled_from(((), (("Env", '["A=1"]'),), (("Env", '["A=2"]'),), (("StopSignal", '"SIGINT"'),))),
    )


def pins() -> st.SearchStrategy[Reference]:
    """Return declared images, most of them pinned."""
    return st.builds(Reference, st.just("ghcr.io"), st.just("x/y"), st.sampled_from((None, "1")), st.none() | digests())


def closures(pin: Reference) -> st.SearchStrategy[Closure | None]:
    """Return what the pin could mean; None where it is a tag or nobody knows."""
    if pin.digest is None:
        return st.none()
    known = st.builds(
        Closure,
        digest=st.just(pin.digest),
        manifests=st.lists(
            st.builds(
                Manifest, digests(), st.just("application/vnd.oci.image.manifest.v1+json"), st.just("linux/amd64")
            )
        ).map(tuple),
        configs=st.lists(st.builds(ImageConfig, digests(), contents())).map(tuple),
        source=st.just("image.lock.json"),
    )
    return st.none() | known
