"""Modules of tuireader are executed when something in them is first used: each start executes only what it needs."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec, PathFinder
from threading import RLock
from types import ModuleType
from typing import Any

_LOCK = RLock()
"""One for all modules: with one each, two threads could wait for each other."""


class LazyModule(ModuleType):
    """A module that was imported and not executed yet, or not to its end: other threads wait for all of it."""

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("__") or name == "__all__":  # the import system reads the others; `import *` that one
            load(self)
        return ModuleType.__getattribute__(self, name)

    def __dir__(self) -> list[str]:
        load(self)
        return [*ModuleType.__dir__(self)]

    def __setattr__(self, name: str, value: object) -> None:
        if not name.startswith("__"):  # else executing it would overwrite what is set
            load(self)
        ModuleType.__setattr__(self, name, value)  # its class may have changed


class _LazyLoader:
    """A loader that delays executing a module until its first use; all else is left to the wrapped loader."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return LazyModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: `load` executes the module when it is first used."""

    def execute(self, module: ModuleType) -> None:
        self._loader.exec_module(module)


class _Finder:
    """Finds the modules of this package and makes them lazy; packages inside it are executed at once."""

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if not fullname.startswith(f"{__package__}."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None and spec.submodule_search_locations is None:
            spec.loader = _LazyLoader(spec.loader)  # type: ignore[assignment]
        return spec


def install() -> None:
    sys.meta_path.insert(0, _Finder())


def load(module: ModuleType) -> None:
    """Execute a module, unless that was done or is being done by this thread."""
    with _LOCK:
        spec = module.__spec__
        if type(module) is not LazyModule or spec is None or spec.loader_state is not None:
            return
        spec.loader_state = "executing"
        try:
            spec.loader.execute(module)  # type: ignore[union-attr]
        except BaseException:
            spec.loader_state = None
            raise
        module.__class__ = ModuleType  # type: ignore[assignment]
