"""Trials: tests run in a forked process, on the package as it is or with a mutant in the place of one module."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from resource import RLIMIT_CPU, setrlimit
from types import CodeType
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings

from .mutant import Mutant

TIME_LIMIT_S: Final = 120
"""What a trial may have of a processor, however busy the machine is: a mutant can make a loop endless."""

_OPTIONS: Final = ("-x", "-q", "--tb=no", "--assert=plain", "-p", "no:cacheprovider")
_EXAMPLES: Final = 20


class FewExamples:
    """A plugin for pytest that has Hypothesis make few examples, always the same, and not look for smaller ones."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Bound every test that Hypothesis drives."""
        for item in items:
            test = getattr(item, "obj", None)
            if isinstance(given := getattr(test, "_hypothesis_internal_use_settings", None), settings):
                few = settings(
                    given,
                    max_examples=min(given.max_examples, _EXAMPLES),
                    derandomize=True,
                    database=None,
                    deadline=None,
                    phases=(Phase.explicit, Phase.generate),
                    suppress_health_check=list(HealthCheck),
                )
                test.__dict__["_hypothesis_internal_use_settings"] = few


class _Loader(SourceFileLoader):
    """Loads a mutant; no file is written."""

    def __init__(self, module: str, mutant: Mutant) -> None:
        super().__init__(module, str(mutant.path))
        self._mutant = mutant

    def get_code(self, _: str) -> CodeType:
        return compile(self._mutant.source, self._mutant.path, "exec")


class _Finder:
    """Finds a mutant where its module is wanted."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._module = ".".join(mutant.path.with_suffix("").parts)

    def find_spec(self, module: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        return ModuleSpec(module, _Loader(module, self._mutant)) if module == self._module else None


def is_killed(mutant: Mutant, files: Sequence[str]) -> bool:
    """Tell whether a test of these files fails, or does not end, with the mutant; files are tried in their order."""
    return forked(lambda: _try(mutant, files)) != 0


def _try(mutant: Mutant, files: Sequence[str]) -> int:
    sys.meta_path.insert(0, _Finder(mutant))
    return next((code for code in map(run, files) if code), 0)


def run(file: str) -> int:
    """Run the tests of a file; 0 means that all passed."""
    return int(pytest.main([*_OPTIONS, file], plugins=[FewExamples()]))


def forked(work: Callable[[], int]) -> int:
    """Do something in a process of its own, silently, and return how that ended: 0 means well.

    What was imported here is not imported again there, and nothing that is imported there comes back.
    """
    process = os.fork()
    if process == 0:
        code = 1
        try:
            setrlimit(RLIMIT_CPU, (TIME_LIMIT_S, TIME_LIMIT_S))
            silence = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(silence, stream)
            code = work()
        finally:
            os._exit(code)
    return os.waitpid(process, 0)[1]
