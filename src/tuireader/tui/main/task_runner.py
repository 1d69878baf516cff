"""Running tasks in the background: one of each kind at a time, with progress and a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Literal

from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import Worker

from tuireader.async_tools import in_thread
from tuireader.errors import BusyError, TuireaderError
from tuireader.tasks.task import Context, Step, Steps
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import start

PROGRESS_PACE = 0.1
"""Minimum seconds between progress updates."""


class Progressed(Message):
    """A task made progress, or ended."""


class Changed(Message):
    """A task changed the cache."""


class Ended(Message):
    """A task ended after which upkeep is due, since it may have brought new articles."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task with its display options."""

    name: str
    """Its kind: one task of a name runs at a time."""
    module: str
    """The module of the task, loaded off the loop."""
    run: Callable[[Context], Steps]
    again: Literal["stop", "after", "queue", "refuse"] = "refuse"
    """The action while a task of its kind is running: stop it, run once more after it, queue behind it, or refuse."""
    said_again: str = ""
    """The message shown if a task of its kind is running; `{progress}` stands for that one's progress."""
    says: Literal["all", "failures", "nothing"] = "all"
    prefix: str = ""
    """Text before the progress."""
    beside: bool = False
    """Whether its notification is shown beside earlier ones, instead of replacing them."""
    is_refresh: bool = True
    """Whether its end starts upkeep, as after a refresh: completing excerpts, indexing."""
    noun: str = ""
    """Its name in a sentence if it does not continue at the next start: quitting warns."""


class TaskRunner:
    """Runs tasks in workers of a widget, which receives `Progressed`, `Changed` and `Ended`."""

    def __init__(self, node: Widget, on: Context) -> None:
        self._node = node
        self._on = on
        self._workers: dict[str, Worker[None]] = {}
        self._tasks: dict[str, Task] = {}
        """The last task of each kind."""
        self._next: defaultdict[str, list[tuple[Task, Callable[[Step], None]]]] = defaultdict(list)
        """Tasks queued behind a running one of their kind."""
        self._shown: dict[str, str] = {}
        self._pending: Timer | None = None

    @property
    def progress(self) -> str:
        """The progress of all running tasks, without silent ones beside others; "" if none runs."""
        told = [shown for name, shown in self._shown.items() if self._tasks[name].says != "nothing"]
        return " · ".join(told or self._shown.values())

    def progress_of(self, name: str) -> str:
        return self._shown.get(name, "")

    def start(self, task: Task, *, hear: Callable[[Step], None] = lambda _: None) -> None:
        """Run a task in the background; `hear` is called with each of its steps."""
        worker = self._workers.get(task.name)
        self._tasks[task.name] = task
        if worker is None or worker.is_finished:
            self._workers[task.name] = start(self._node, partial(self._run, task, hear), group=task.name)
            return
        if task.again == "after":
            self._next[task.name] = [(task, hear)]
        elif task.again == "queue":
            self._next[task.name].append((task, hear))
        elif task.again == "stop":
            worker.cancel()
        if task.said_again:
            toast(self._node, task.said_again.format(progress=self.progress_of(task.name)))

    def stop(self, name: str) -> bool:
        """Stop a running task and those queued behind it, and say how far it was; returns whether there was one."""
        if not self.is_running(name):
            return False
        self._next.pop(name, None)
        toast(self._node, f"Stopped · {self.progress_of(name)}")
        self._workers[name].cancel()
        return True

    @property
    def lost_at_quit(self) -> list[str]:
        """The nouns of the running tasks that do not continue at the next start."""
        return [task.noun for name, task in self._tasks.items() if task.noun and self.is_running(name)]

    def is_running(self, name: str) -> bool:
        worker = self._workers.get(name)
        return worker is not None and not worker.is_finished

    async def _run(self, task: Task, hear: Callable[[Step], None]) -> None:
        await self._run_once(task, hear)
        while queue := self._next[task.name]:
            await self._run_once(*queue.pop(0))

    async def _run_once(self, task: Task, hear: Callable[[Step], None]) -> None:
        said: list[str] = []
        failed: list[str] = []
        try:
            await in_thread(import_module, task.module)
            async with aclosing(task.run(self._on)) as steps:
                async for step in steps:
                    self._show(task, step)
                    said += [*step.notices, *filter(None, [step.said])]
                    failed += filter(None, [step.failed])
                    hear(step)
        except (BusyError, TuireaderError) as error:
            failed.append(str(error))
        finally:
            self._shown.pop(task.name, None)
            self._say_progress()
            if task.is_refresh:
                self._node.post_message(Ended())
        self._say(task, said, failed)

    def _show(self, task: Task, step: Step) -> None:
        if step.progress:
            is_first = task.name not in self._shown
            self._shown[task.name] = f"{task.prefix}{step.progress}"
            if is_first:
                self._say_progress()
            elif self._pending is None:
                self._pending = self._node.set_timer(PROGRESS_PACE, self._say_progress)
        if step.has_news:
            self._node.post_message(Changed())

    def _say_progress(self) -> None:
        if self._pending is not None:
            self._pending.stop()
            self._pending = None
        self._node.post_message(Progressed())

    def _say(self, task: Task, said: list[str], failed: list[str]) -> None:
        """Report results and failures, merged into one message where possible."""
        if task.says == "nothing":
            return
        if len(set(failed)) == 1:
            said = [*said, f"{failed[0].rstrip('.')}."]
        if said and (task.says == "all" or failed):
            toast(self._node, " ".join(said), severity="error" if failed else "information", beside=task.beside)
