"""Results of smokes for people and for CI systems: whole outputs, and nothing that a hostile text can do."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platformctl.render.smoke_junit import to_junit
from platformctl.render.smoke_markdown import artifact_key, table, to_markdown
from platformctl.render.smoke_text import to_text
from platformctl.smoke.finding import Finding
from platformctl.smoke.outcome import ProbeReason
from platformctl.smoke.result import SmokeResult
from tests.unit.smoke.findings import ERROR, FAIL, INCONCLUSIVE, PASS, drifted, http, module, result

HOSTILE: Final = "</failure>&\x1b[2J\x00\ud800\ufffe\u202e|`<img src=x>\n# h ]]> é"
TCP: Final = {"name": "mail", "tcp": {"address": "127.0.0.1", "port": 25}}

MIXED: Final = replace(result(module(http(), TCP), PASS, FAIL, INCONCLUSIVE), plan=replace(
    result(module()).plan, id="a" * 64
))  # fmt: skip
DRIFTED: Final = replace(result(module(name="api"), made=drifted(module(name="api"))), plan=replace(
    result(module(), made=drifted(module())).plan, id="b" * 64
))  # fmt: skip

TEXT: Final = """\
web on h1, plan aaaaaaaaaaaa: in-sync, no commit, 2026-01-02T03:04:05.000+00:00
  =  http http://127.0.0.1:8080/health from host  pass          1 try  answered: status 200
  ~  mail from worker                             fail          1 try  status-wrong: should be status 200, is 500
  ?  container web                                inconclusive  1 try  health-starting: web: should be healthy, is starting
    mail from worker: Another status answers than declared.
    container web: The health check has come to no result yet.

api on h1, plan bbbbbbbbbbbb: drift, no commit, 2026-01-02T03:04:05.000+00:00
  ?  container api  inconclusive  not run  plan-drift: the plan says state-differs
    container api: Not run: the plan proves that the module is not as declared.

web: fail, 1 fail, 1 inconclusive, 1 pass of 3 probes
api: not run, the plan proves drift (state-differs)
fail: 1 fail, 1 drift of 2 modules (exit code 1)
"""  # noqa: E501  as a terminal shows it
JUNIT: Final = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="6" failures="2" errors="1" time="0.036">
  <testsuite name="web" tests="4" failures="1" errors="1" skipped="0" time="0.036" timestamp="2026-01-02T03:04:05.000+00:00" hostname="h1">
    <testcase classname="web" name="plan" time="0.000" />
    <testcase classname="web" name="http http://127.0.0.1:8080/health from host" time="0.012" />
    <testcase classname="web" name="mail from worker" time="0.012">
      <failure message="status-wrong: should be status 200, is 500" type="status-wrong">Another status answers than declared.</failure>
    </testcase>
    <testcase classname="web" name="container web" time="0.012">
      <error message="health-starting: web: should be healthy, is starting" type="health-starting">The health check has come to no result yet.</error>
    </testcase>
  </testsuite>
  <testsuite name="api" tests="2" failures="1" errors="0" skipped="1" time="0.000" timestamp="2026-01-02T03:04:05.000+00:00" hostname="h1">
    <testcase classname="api" name="plan" time="0.000">
      <failure message="state-differs: drift, plan {"b" * 64}" type="state-differs">The container is in another state than declared.</failure>
    </testcase>
    <testcase classname="api" name="container api" time="0.000">
      <skipped message="plan-drift: the plan says state-differs" />
    </testcase>
  </testsuite>
</testsuites>
"""  # noqa: E501  as CI systems read it
MARKDOWN: Final = """\
# 🔴 web: fail, 1 fail, 1 inconclusive, 1 pass of 3 probes

On h1, plan aaaaaaaaaaaa: in-sync, no commit, 2026-01-02T03:04:05.000+00:00.

```text
🟢  http http://127.0.0.1:8080/health from host  pass          answered: status 200
🔴  mail from worker                             fail          status-wrong: should be status 200, is 500
🟠  container web                                inconclusive  health-starting: web: should be healthy, is starting
```

- mail from worker: Another status answers than declared.
- container web: The health check has come to no result yet.
"""


def test_text() -> None:
    """A terminal shows each probe, a sentence for what did not pass, and the sum last."""
    assert to_text((MIXED, DRIFTED)) == TEXT


def test_junit() -> None:
    """Fails are failures, what proved nothing is an error, not run is skipped, and drift a failure of the plan."""
    assert to_junit((MIXED, DRIFTED)) == JUNIT


def test_markdown() -> None:
    """Prefect shows the same; drift is red although nothing was run."""
    assert to_markdown(MIXED) == MARKDOWN
    linked = (
        "[Result as JSON](<https://plans.example/s/smoke.json>) · [as JUnit](<https://plans.example/s/junit.xml>)\n\n"
    )
    assert to_markdown(MIXED, "https://plans.example/s").replace(linked, "", 1) == MARKDOWN
    assert to_markdown(DRIFTED).startswith("# 🔴 api: not run, the plan proves drift (state-differs)\n")


def test_table() -> None:
    """A row for each probe, in plain text."""
    assert table(MIXED)[1] == {
        "outcome": "fail",
        "probe": "mail",
        "from": "worker",
        "reason": "status-wrong",
        "message": "should be status 200, is 500",
        "tries": "1",
        "ms": "12",
    }
    assert [row["from"] for row in table(MIXED)] == ["host", "worker", ""]


def hostile(text: str) -> SmokeResult:
    """Return a result that says something hostile wherever that can come from outside."""
    found = result(module(http()), Finding(ProbeReason.HEADER_WRONG, text), ERROR)
    probes = tuple(replace(probe, name=text) for probe in found.probes)
    return replace(found, host=text, probes=probes, catalog=replace(found.catalog, commit=text))


def test_hostile_text_is_only_text() -> None:
    """No output has an invisible character, XML stays well-formed, and no markup of a text is markup."""
    one = hostile(HOSTILE)
    shown = [
        to_text((one,)),
        to_junit((one,)),
        to_markdown(one),
        *(cell for row in table(one) for cell in row.values()),
    ]
    assert not [text for text in shown if re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e\ud800-\udfff]", text)]
    root = fromstring(to_junit((one,)))  # noqa: S314  made here
    assert [len(list(root.iter(tag))) for tag in ("testcase", "failure", "error")] == [3, 1, 1]
    assert "\\x1b[2J\\x00\\ud800\\ufffe\\u202e|`<img src=x>" in str(root.findall(".//failure")[0].get("message"))
    outside = re.sub(r"(`{3,}).*?\1", "", to_markdown(one), flags=re.DOTALL)
    assert "<img" in outside
    assert not re.search(r"(?<!\\)[<|`]", outside)


@settings(derandomize=True, deadline=None)
@given(st.text(st.characters(), max_size=40))
def test_any_text_makes_xml(text: str) -> None:
    """Whatever a service or a host says, a CI can read the results."""
    fromstring(to_junit((hostile(text),)))  # noqa: S314  made here


@pytest.mark.parametrize(
    ("module", "key"),
    [
        ("np-shop", "smoke-np-shop"),
        ("np_shop", "smoke-np-shop-1173ffed"),
        ("np.shop", "smoke-np-shop-c4e9c1b5"),
        ("NP-Shop", "smoke-np-shop-19f191f5"),
        ("a--b-", "smoke-a-b-b9a0a86f"),
    ],
)
def test_keys_of_artifacts(module: str, key: str) -> None:
    """Prefect takes lower-case letters, digits and single dashes; modules with like names keep keys of their own."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", artifact_key("smoke", module))
    assert artifact_key("smoke", module) == key
