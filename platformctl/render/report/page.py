"""What every page is made with: templates that escape by themselves, one style sheet, and a policy that admits it only.

Whatever a template shows goes through `finished`: a name that a host made up cannot leave its place, turn the text
around or fill the page, even where a template forgets to ask for it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from platformctl.reason import SEVERITY
from platformctl.render import smoke_text
from platformctl.render.history import phrase
from platformctl.render.printable import MAX_LINE, printable, shown
from platformctl.render.report.strip import LEGEND, strip, tally
from platformctl.render.text import SIGNS, counted

MAX_TEXT: Final = 1000
_CODE: Final = re.compile("`([^`]+)`")


def render(template: str, **values: object) -> str:
    """Return a page as a whole file."""
    environment = _environment()
    style = environment.get_template("report.css").render()
    return environment.get_template(template).render(style=Markup(style), policy=_policy(style), **values)  # noqa: S704


def finished(value: object) -> Any:  # noqa: ANN401  as the template engine has it
    """Make a value harmless that a template shows: markup is ours, everything else is a text."""
    return value if isinstance(value, Markup) else printable(str(value), MAX_TEXT)


def foreign(value: object, limit: int = MAX_LINE) -> Markup:
    """Return a text from elsewhere, so that its direction stays within it."""
    return Markup("<bdi>{}</bdi>").format(printable(str(value), limit))


def prose(text: str) -> Markup:
    """Show what stands in backticks in our own sentences as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped in the same breath


def _policy(style: str) -> str:
    """Admit this style sheet and nothing else: no script, no picture, no form, no connection."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("platformctl.render.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finished,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        foreign=foreign,
        prose=prose,
        shown=shown,
        counted=counted,
        strip=strip,
        tally=tally,
        **_PHRASES,
        signed=SIGNS.__getitem__,
    )
    environment.globals.update(
        legend=LEGEND, signs=SIGNS, outcomes=smoke_text.SIGNS, severity=SEVERITY, stale=phrase.STALE_SIGN
    )
    return environment


_PHRASES: Final = {
    name: getattr(phrase, name)
    for name in (
        "moment", "span", "drift_time", "share", "flips", "state", "sign", "states", "headline", "origin", "passed",
        "broken", "others",
    )
}  # fmt: skip
