"""Textual's private names are in one module, and are what we take them for."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.driver import Driver
from textual.message_pump import MessagePump
from textual.widget import Widget

import tuireader.tui
from tuireader.tui.support import textual_internals

HOME = textual_internals.__name__


def classes() -> Iterator[type]:
    """Every class of ours that is derived from one of Textual's, but for those of the one module."""
    for found in pkgutil.walk_packages(tuireader.tui.__path__, f"{tuireader.tui.__name__}."):
        if found.name.endswith(".driver") and sys.platform == "win32":
            continue
        module = importlib.import_module(found.name)
        for _, one in inspect.getmembers(module, inspect.isclass):
            if one.__module__ == found.name != HOME and issubclass(one, MessagePump | Driver):
                yield one


def privates(one: type) -> set[str]:
    """What Textual's classes above a class have of names with an underscore, of their own and of their instances."""
    bases = [base for base in one.__mro__ if base.__module__.startswith("textual")]
    return {name for base in bases for name in names_in(base, ast.Store)}


def names_in(one: type, context: type[ast.expr_context]) -> set[str]:
    """The names with one underscore that a class defines, and those that its methods set, or use."""
    source = Path(inspect.getfile(one)).read_text("utf-8")
    tree = next(
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef) and node.name == one.__name__
    )
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, context)}
    return {name for name in names if name.startswith("_") and not name.startswith("__")}


def misused(one: type) -> set[str]:
    """Private names of Textual's that a class of ours uses, or takes for its own."""
    return names_in(one, ast.expr_context) & privates(one)


class Misuser(Widget):
    """What the test below must not let pass."""

    def _size_updated(self, *_: object) -> bool:
        """Take the place of a method of Textual's."""
        return bool(self._parent)


@pytest.mark.thorough
def test_no_class_uses_or_hides_a_private_name_of_textuals() -> None:
    assert {one.__qualname__: found for one in classes() if (found := misused(one))} == {}
    assert misused(Misuser) == {"_size_updated", "_parent"}


def test_they_are_still_there_and_take_what_we_give_them() -> None:
    signatures: dict[Any, list[str]] = {
        App._handle_exception: ["self", "error"],
        App._fatal_error: ["self"],
        App._check_bindings: ["self", "key", "priority"],
        MessagePump._close_messages_no_wait: ["self"],
        Widget._size_updated: ["self", "size", "virtual_size", "container_size", "layout"],
        Widget._scroll_update: ["self", "virtual_size"],
    }
    for function, parameters in signatures.items():
        assert list(inspect.signature(function).parameters) == parameters, function.__qualname__
    app: App[None] = App()
    assert (app._exception, app._exit, app._driver) == (None, False, None)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such driver")
def test_so_are_those_of_the_driver() -> None:
    from textual.drivers.linux_driver import LinuxDriver

    made = {"_file", "_app", "_debug", "_writer_thread", "_in_band_window_resize"}
    assert made <= privates(LinuxDriver)
    for name in (
        "_get_terminal_size", "_patch_lflag", "_patch_iflag", "_enable_mouse_support", "_enable_bracketed_paste",
        "_disable_line_wrap", "_run_input_thread", "_sigtstp_application", "_sigcont_application",
    ):  # fmt: skip
        assert callable(getattr(LinuxDriver, name)), name
