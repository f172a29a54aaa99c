"""The pages for people: nothing in them is alive but our own marks, whatever hosts wrote."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platformctl.history.history import History, Nights
from platformctl.history.make import make_history
from platformctl.history.past_plan import past_plan
from platformctl.history.window import window_until
from platformctl.plan.flag import SENTENCES, Flag
from platformctl.plan.plan import Acknowledged, Evidence, Plan
from platformctl.reason import Reason, Verdict
from platformctl.render.advice import ADVICE
from platformctl.render.printable import printable
from platformctl.render.report import history_page, plan_page, plan_view
from platformctl.render.report.page import finished, foreign, prose
from platformctl.render.report.strip import strip, tally
from platformctl.render.text import troubled
from tests.unit.plan.strategies import World, unhurried, worlds

from .example import example_history, example_plan
from .hostile import hostile_history, hostile_plan
from .test_harmless import HOSTILE

ALIVE: Final = frozenset(
    {"script", "img", "iframe", "object", "embed", "link", "form", "input", "base", "video", "audio"}
)
MODULES: Final = 10
TEXTS: Final = tuple(text for text in HOSTILE if text)
"""An empty text is left out, as what is not there."""


class Page(HTMLParser):
    """A page as a browser takes it apart: its elements in their order, and every text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str]] = []
        self.foreign: list[str] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.attributes.extend((name, value or "") for name, value in attrs)
        if tag == "bdi":
            self.foreign.append("")
        if tag not in {"meta", "path", "rect"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element: the one that was entered last."""
        if tag not in {"path", "rect"}:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)
        if self.open and self.open[-1] == "bdi":
            self.foreign[-1] += data


@cache
def example() -> tuple[Plan, History]:
    """Return the example plan with its history."""
    plan = example_plan()
    return plan, example_history(plan)


def with_text(text: str) -> Page:
    """Return the page of the example plan in which everything from elsewhere is one text."""
    plan, history = example()
    return Page(plan_page.to_html(hostile_plan(plan, text), hostile_history(history, text)))


def alone(plan: Plan) -> str:
    """Return the page of a plan without others before it."""
    now = past_plan(plan)
    return plan_page.to_html(plan, make_history([now], window_until(now.at)))


@cache
def calm() -> Page:
    """Return the page where the text is a harmless one."""
    return with_text("calm")


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_no_text_is_more_than_text(text: str) -> None:
    """With hostile names a page has the same elements as with calm ones, and shows the names."""
    page = with_text(text)
    assert page.elements == calm().elements
    assert page.open == []
    for was, now in zip(calm().foreign, page.foreign, strict=True):
        meant = was.replace("calm", text)
        assert now in {printable(meant), printable(meant, 1000), printable(meant[:12])}


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_attributes_are_ours(text: str) -> None:
    """No text from elsewhere is in an attribute: they are the same whatever hosts wrote."""
    assert with_text(text).attributes == calm().attributes


@unhurried
@given(st.text())
def test_any_text_stays_in_its_place(text: str) -> None:
    """A foreign text is one element with that text in it, as it is printable."""
    page = Page(str(foreign(text)))
    assert (page.elements, page.foreign) == ([("bdi", ())], [printable(text)])


@settings(unhurried, max_examples=20)
@given(worlds())
def test_a_whole_plan_is_inert(world: World) -> None:
    """Of any plan only our own elements are there, nothing runs or loads, and every link stays on the page."""
    html = alone(world.plan())
    page = Page(html)
    assert not {tag for tag, _ in page.elements} & ALIVE
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in {"src", "style", "action"}]
    assert {value[:1] for name, value in page.attributes if name == "href"} == {"#"}
    identifiers = [value for name, value in page.attributes if name == "id"]
    assert len(identifiers) == len(set(identifiers))
    assert {value[1:] for name, value in page.attributes if name == "href"} <= set(identifiers)
    hidden = {one for one in html if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert hidden <= {"\n"}


def test_a_text_without_end_is_cut() -> None:
    """A megabyte in every place makes no large page."""
    plan, history = example()
    text = "x" * (1 << 20)
    assert len(plan_page.to_html(hostile_plan(plan, text), hostile_history(history, text))) < 300_000


def test_lists_without_end_are_cut() -> None:
    """What a host can make long is cut, and the page says how much more there is."""
    plan, history = example()
    first = replace(plan.modules[0], evidence=(Evidence("call", "field", "value"),) * 1000)
    host = replace(plan.hosts[0], commands=(("docker", "version"),) * 1000)
    long = replace(
        plan, modules=(first, *plan.modules[1:]), hosts=(host, *plan.hosts[1:]), unmanaged=plan.unmanaged * 1000
    )
    page = plan_page.to_html(long, history)
    assert re.findall(r"(\d+ more \w+) in plan.json", page) == [
        "500 more containers",
        "940 more facts",
        "940 more commands",
    ]


def test_the_policy_admits_the_style_sheet_only() -> None:
    """The page's own policy names its one style sheet by its hash, and forbids everything else."""
    plan, history = example()
    for html in (plan_page.to_html(plan, history), history_page.to_html(history)):
        style = html.partition("<style>")[2].partition("</style>")[0]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        values = [
            value.replace("&#39;", "'")
            for value in re.findall('http-equiv="Content-Security-Policy" content="(.*)"', html)
        ]
        assert values == [policy]
        assert html.index("Content-Security-Policy") < html.index("<style>")
        assert "@import" not in style
        assert "url(" not in style


def test_the_verdict_is_first() -> None:
    """The first heading is the verdict, then comes what is not green, in the order of how bad it is."""
    page = with_text("calm")
    headings = re.findall(r"<h([123])[ >]", plan_page.to_html(*example()))
    assert headings[:2] == ["1", "2"]
    assert headings.count("1") == 1
    words = [text.strip() for text in page.texts if text.strip()]
    assert words.index("Drift") < words.index("To look at") < words.index("Fleet") < words.index("History")


def test_what_needs_words_has_them() -> None:
    """Each module that is not green has its reason and what to do; a host that did not answer is one incident."""
    plan, history = example()
    html = plan_page.to_html(plan, history)
    told = plan_view.worth_words(plan)
    assert sorted(told, key=lambda one: one.name) == sorted(troubled(plan), key=lambda one: one.name)
    assert [one.status for one in told] == [Verdict.DRIFT, Verdict.DRIFT]
    for one in told:
        assert str(prose(ADVICE[one.reason])) in html
    (incident,) = plan_view.incidents(plan)
    assert (incident.host.name, [one.name for one in incident.modules]) == ("rs3000", ["np-far-db", "np-far-web"])
    assert html.count("2 modules cannot be judged for this one reason") == 1
    assert {one.name for one in (*told, *plan_view.proven(plan))} == {one.name for one in plan.modules}


def test_a_green_plan_has_nothing_to_look_at() -> None:
    """Where everything is proven, the section for the rest is not there, and the fleet is."""
    plan, history = example()
    green = replace(
        plan,
        status=Verdict.IN_SYNC,
        modules=plan_view.proven(plan)[:1],
        hosts=plan.hosts[:1],
        unmanaged=(),
    )
    html = plan_page.to_html(green, history)
    assert 'href="#attention"' not in html
    assert 'id="attention"' not in html
    assert 'id="unmanaged"' not in html
    assert html.count('class="tile in-sync"') == 1


def test_flags_and_suspicions_are_said() -> None:
    """A green with a flag has words of its own, and what speaks of the observer comes before everything else."""
    plan, history = example()
    flagged = replace(plan_view.proven(plan)[0], flags=(Flag.TAG_MOVED,))
    others = tuple(one for one in plan.modules if one.name != flagged.name)
    html = plan_page.to_html(replace(plan, modules=(flagged, *others), suspicions=("Is it?",)), history)
    assert SENTENCES[Flag.TAG_MOVED] in html
    assert html.index("Is it?") < html.index('id="attention"')


def test_every_module_has_its_tile_and_its_nights() -> None:
    """The fleet shows each module once by sign and word, and the history has a row and a strip for each."""
    html = plan_page.to_html(*example())
    assert html.count('class="tile ') == MODULES
    assert html.count('<th role="rowheader" scope="row"><bdi>') == MODULES + 3 + 1 + 2
    assert html.count('class="strip" role="img"') == MODULES


def test_a_history_of_other_modules_is_left_out() -> None:
    """The page of a narrow plan shows the nights of its own modules only."""
    plan, history = example()
    narrow = replace(plan, modules=plan.modules[:1])
    assert plan_page.to_html(narrow, history).count('class="strip" role="img"') == 1


def test_an_empty_history_is_a_page() -> None:
    """Where no plan is kept, the page says so."""
    plan, _ = example()
    html = history_page.to_html(make_history([], window_until(past_plan(plan).at)))
    assert "No plan of this time is kept." in html


@pytest.mark.parametrize(
    ("nights", "bars", "words"),
    [
        ([], {}, "4 nights: 4 without a plan"),
        ([("01", "04", "in-sync")], {"in-sync": "M0 16.5h16"}, "4 nights: 4 in-sync"),
        (
            [("01", "01", "in-sync"), ("02", "02", "drift"), ("04", "04", "in-sync")],
            {"in-sync": "M0 16.5h4M12 16.5h4", "drift": "M4 10h4"},
            "4 nights: 1 drift, 2 in-sync, 1 without a plan",
        ),
        ([("02", "03", "inconclusive")], {"inconclusive": "M4 13.5h8"}, "4 nights: 2 inconclusive, 2 without a plan"),
    ],
)
def test_strips(nights: list[tuple[str, str, str]], bars: dict[str, str], words: str) -> None:
    """A run of nights is one line, from its first night on and as long as they are, at the height of its verdict."""
    runs = [Nights(f"2026-01-{first}", f"2026-01-{last}", Verdict(verdict)) for first, last, verdict in nights]
    assert {str(one.verdict): one.path for one in strip(runs, "2026-01-01")} == bars
    assert tally(runs, 4) == words


def test_what_a_template_shows_is_printable() -> None:
    """Even where a template does not ask for it, a text is cut and spelled out, and our own marks are not."""
    assert finished("\u202e<b>") == "\\u202e<b>"
    assert len(str(finished("x" * 5000))) == 1000
    assert finished(foreign("<b>")) == foreign("<b>")
    assert str(prose("Run `a <b>` & `c`.")) == "Run <code>a &lt;b&gt;</code> &amp; <code>c</code>."


def test_what_is_as_declared_and_broken_is_shown() -> None:
    """A smoke that fails is said where the plan is green: in the head, in the fleet, in a card and in the history."""
    plan, history = example()
    html = plan_page.to_html(plan, history)
    assert "10 modules on 3 hosts; 2 smokes fail</p>" in html
    assert re.findall(r"<bdi>([a-z-]+)</bdi> <small class=\"mark\">smoke fails</small>", html) == [
        "np-meerkat-frontend", "np-plausible",
    ]  # fmt: skip
    broken = plan_view.broken(plan, history)
    assert [one.name for one in broken] == ["np-meerkat-frontend", "np-plausible"]
    assert html.count('<article class="card fail">') == 2
    assert html.count('<small class="failing">failing since ') == 2
    quiet = replace(history, modules=tuple(replace(one, smoke=None) for one in history.modules))
    assert "smoke fails" not in plan_page.to_html(plan, quiet)


def test_a_fleet_of_nothing_is_a_page() -> None:
    """Where there is no module and no host, each section says so."""
    page = alone(replace(example()[0], modules=(), hosts=(), unmanaged=()))
    for words in ("No host was looked at.", "No plan of this time holds a module.", "There is no module to compare."):
        assert page.count(words) == 1
    assert "<table" not in page


def test_what_is_acknowledged_is_never_plainly_green() -> None:
    """The verdict, the tile and the card say it, and who answers for it until when, as text."""
    plan = example_plan()
    noted = Acknowledged("<b>pd</b>", "waits for 1.4", "2027-01-31")
    modules = tuple(
        replace(
            one,
            status=Verdict.IN_SYNC,
            reason=Reason.ACKNOWLEDGED,
            changes=tuple(replace(change, acknowledged=noted) for change in one.changes),
        )
        if one.name == "np-umami"
        else one
        for one in plan.modules
    )
    known = replace(plan, modules=modules, summary=replace(plan.summary, acknowledged=1))
    now = past_plan(known)
    page = plan_page.to_html(known, make_history([now], window_until(now.at)))
    assert page.count("(1 acknowledged)</small></h1>") == 1
    assert page.count("np-umami</bdi> <small>acknowledged</small>") == 1
    assert "2027-01-31, acknowledged by <bdi>&lt;b&gt;pd&lt;/b&gt;</bdi>: <bdi>waits for 1.4</bdi></dd>" in page
