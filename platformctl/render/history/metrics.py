"""A history as Prometheus reads it, for the textfile collector of node_exporter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias, get_args

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from platformctl.history.history import History, ModuleHistory
from platformctl.history.past_smoke import SmokeOutcome
from platformctl.reason import SEVERITY
from platformctl.render.printable import printable

_Value: TypeAlias = Callable[[ModuleHistory], float | None]
_LABELS: Final = ("module", "host")


def _seconds(time: str | None) -> float | None:
    return datetime.fromisoformat(time).timestamp() if time else None


_GAUGES: Final[tuple[tuple[str, str, _Value], ...]] = (
    ("acknowledged", "Whether it is in-sync by acknowledged differences only.", lambda one: one.acknowledged),
    ("stale", "Whether the last conclusive look is too old, or there is none.", lambda one: one.stale),
    (
        "verdict_since_timestamp_seconds",
        "First of the plans in a row that gave the last verdict.",
        lambda one: _seconds(one.since),
    ),
    ("last_look_timestamp_seconds", "Last plan that held the module.", lambda one: _seconds(one.last_look)),
    (
        "last_conclusive_look_timestamp_seconds",
        "Last plan that proved in-sync or drift.",
        lambda one: _seconds(one.last_conclusive),
    ),
    ("window_looks", "Plans of the window that held the module.", lambda one: one.looks),
    ("window_pass_ratio", "Share of these plans that proved in-sync.", lambda one: one.pass_rate),
    ("window_drift_seconds", "Time in the window from a first red to the next green.", lambda one: one.drift_seconds),
    ("window_drifts", "Times that drift began in the window.", lambda one: len(one.drifts)),
    ("window_comparisons", "Pairs of looks in a row at one declaration.", lambda one: one.comparisons),
    ("window_flips", "Pairs of these whose verdicts differ.", lambda one: one.flips),
    (
        "window_red_flips",
        "Changes between in-sync and drift at one declaration, whatever was inconclusive in between.",
        lambda one: one.red_flips,
    ),
    (
        "last_smoke_timestamp_seconds",
        "Begin of the last smoke in the window.",
        lambda one: _seconds(one.smoke.started_at) if one.smoke else None,
    ),
    (
        "smoke_failing_since_timestamp_seconds",
        "First smoke that failed after the last that passed.",
        lambda one: _seconds(one.smoke.failing_since) if one.smoke else None,
    ),
    ("window_smokes", "Smokes in the window.", lambda one: one.smoke.smokes if one.smoke else 0),
    (
        "window_smoke_pass_ratio",
        "Share of these smokes that passed.",
        lambda one: one.smoke.pass_rate if one.smoke else None,
    ),
)


def to_metrics(history: History) -> str:
    """Return the history in Prometheus's text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(history))
    return generate_latest(registry).decode()


@dataclass(frozen=True)
class _Collector(Collector):
    history: History

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield a family of series for each figure."""
        yield _single("plans", "Plans in the window.", self.history.plans)
        yield _single("window_start_timestamp_seconds", "Begin of the window.", _seconds(self.history.since))
        yield _single("window_end_timestamp_seconds", "End of the window.", _seconds(self.history.until))
        yield _verdicts(self.history)
        yield _smokes(self.history)
        for name, help_, value in _GAUGES:
            yield _of_modules(name, help_, value, self.history)


def _single(name: str, help_: str, value: float | None) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"platformctl_history_{name}", help_, value=value)


def _of_modules(name: str, help_: str, value: _Value, history: History) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"platformctl_module_{name}", help_, labels=_LABELS)
    for module in history.modules:
        figure = value(module)
        if figure is not None:
            family.add_metric(_labels(module), figure)
    return family


def _verdicts(history: History) -> GaugeMetricFamily:
    """One series for each verdict, one of which is 1: so a graph shows every change, and sums count modules."""
    help_ = "Last verdict on the module: 1 for the one that it is."
    family = GaugeMetricFamily("platformctl_module_verdict", help_, labels=(*_LABELS, "verdict"))
    for module in history.modules:
        for verdict in SEVERITY:
            family.add_metric([*_labels(module), str(verdict)], module.verdict is verdict)
    return family


def _smokes(history: History) -> GaugeMetricFamily:
    """One series for each outcome, where there is a smoke."""
    help_ = "Outcome of the last smoke in the window: 1 for the one that it is."
    family = GaugeMetricFamily("platformctl_module_last_smoke", help_, labels=(*_LABELS, "outcome"))
    for module in history.modules:
        for outcome in get_args(SmokeOutcome) if module.smoke else ():
            family.add_metric([*_labels(module), outcome], module.smoke is not None and module.smoke.outcome == outcome)
    return family


def _labels(module: ModuleHistory) -> list[str]:
    return [printable(module.name), printable(module.host)]
