"""Modules are executed when something in them is first used: once, by whoever comes first, or again if that failed."""

from __future__ import annotations

import ast
import time
from importlib.machinery import ModuleSpec
from pathlib import Path
from threading import Thread
from types import ModuleType

import pytest

import tuireader
from tuireader.lazy_modules import LazyModule, _LazyLoader, load


class Source:
    """A loader that counts how often it executes a module, and fails as often as it is told."""

    def __init__(self, *, failures: int = 0) -> None:
        self.executed, self.failures = 0, failures

    def exec_module(self, module: ModuleType) -> None:
        self.executed += 1
        vars(module)["one"] = 1
        time.sleep(0.01)  # for others to come meanwhile
        if self.failures:
            self.failures -= 1
            raise OSError("planted")
        vars(module)["two"] = 2


def lazy(source: Source) -> LazyModule:
    """A module as the import system leaves it."""
    module = LazyModule("tuireader.planted")
    loader = _LazyLoader(source)
    module.__spec__ = ModuleSpec(module.__name__, loader)  # type: ignore[arg-type]
    loader.exec_module(module)
    return module


def test_a_module_is_executed_at_its_first_use() -> None:
    source = Source()
    module = lazy(source)
    assert source.executed == 0
    assert (module.one, module.two) == (1, 2)
    assert (source.executed, type(module)) == (1, ModuleType)
    with pytest.raises(AttributeError):
        _ = module.three


def test_what_is_set_before_is_not_overwritten() -> None:
    module = lazy(Source())
    module.one = 3
    assert (module.one, module.two) == (3, 2)


def test_threads_that_come_at_the_same_time_find_all_of_it() -> None:
    source, found = Source(), list[int | None]()
    module = lazy(source)

    def read_the_first_and_then_the_last() -> None:
        assert module.one == 1
        found.append(vars(module).get("two"))

    threads = [Thread(target=read_the_first_and_then_the_last) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (found, source.executed) == ([2] * 8, 1)


def test_what_fails_is_tried_again() -> None:
    source = Source(failures=1)
    module = lazy(source)
    with pytest.raises(OSError, match="planted"):
        load(module)
    assert (module.one, source.executed) == (1, 2)


def test_all_names_of_a_module_can_be_imported() -> None:
    """`from module import *` asks for `__all__` first, and then takes what is there."""
    module = lazy(Source())
    assert not hasattr(module, "__all__")
    assert {"one", "two"} <= vars(module).keys()
    assert {"one", "two"} <= {*dir(lazy(Source()))}


def test_packages_import_nothing() -> None:
    """Python holds a lock of its own while it executes a package: nobody may wait for ours meanwhile.

    That of the command line is imported by the main thread, before there is another one.
    """
    source = Path(tuireader.__file__).parent
    packages = [each for each in source.glob("*/**/__init__.py") if each.parent.name != "cli"]
    assert len(packages) > 30
    for each in packages:
        assert not [node for node in ast.parse(each.read_text("utf-8")).body if not isinstance(node, ast.Expr)], each
