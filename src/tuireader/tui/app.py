"""The Textual app: what all screens share (configuration, keys, theme, cache), suspending, and quitting."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual import events, work
from textual.binding import BindingType
from textual.css.query import NoMatches
from textual.driver import Driver
from textual.geometry import Offset
from textual.widget import MountError
from textual.worker import Worker, WorkerFailed

from tuireader import early_terminal
from tuireader.config import Config
from tuireader.errors import ConfigError, StoreError, TuireaderError, unexpected
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.open_cache import open_cache
from tuireader.library.syncing import server
from tuireader.model.article import Clock, utc_now
from tuireader.startup_frame import Screens
from tuireader.store import ui_state
from tuireader.store.connection import BUSY_SECONDS, is_free
from tuireader.text.sentences import listed
from tuireader.tui import keys, themes
from tuireader.tui.dialogs import palette_and_help, questions
from tuireader.tui.keys import check
from tuireader.tui.main import resume
from tuireader.tui.main.screen import ReaderScreen
from tuireader.tui.support import driver as support_driver
from tuireader.tui.support.driver import Termination
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.typeahead import POLL_INTERVAL, TypeAhead, Typed
from tuireader.tui.support.viewport import Omitted, reading_place
from tuireader.tui.support.workers import USER_WRITE_GROUPS, Debounce, UiState, Web

log = logging.getLogger("tuireader")

SILENT_QUIT_TIMEOUT = 0.3
"""Seconds that quitting may take without a message."""
SIGNAL_TIMEOUT = 0.05
"""Seconds for the loop to process signals that have arrived."""
FINAL_WRITE_TIMEOUT = 1.0
"""Maximum seconds to wait for running writes before ctrl+z stops the process."""
CANCEL_TIMEOUT = 0.3
"""Seconds for cancelled work to release its resources."""
FRAME_TIMEOUT = 1.0
"""Maximum seconds for the startup frame while the app starts behind it."""
SEQUENCE_TIMEOUT = 1.0
"""Seconds after which keys that begin a sequence act on their own."""
THEME_INTERVAL = 1.0
"""Seconds between two looks at the user's theme files."""
WARNING_TIMEOUT = 30.0
"""Seconds in which quitting again stops an export."""
CLOSE_TIMEOUT = 0.8
"""Seconds for pending writes when the program ends."""


class ReaderApp(TypeAhead):
    """The Textual app for one cache; at the start it subscribes to `addresses` and opens the last one."""

    TITLE = "tuireader"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("app")
    ENABLE_COMMAND_PALETTE = False
    NOTIFICATION_TIMEOUT = 4.0

    def __init__(
        self,
        path: Path,
        *,
        addresses: Sequence[str] = (),
        config: Config | None = None,
        clock: Clock = utc_now,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Open the cache before the terminal is taken over, so that errors appear in the shell.

        `tell` receives progress of slow steps. Raises StoreError or ConfigError.
        """
        self.config = config or Config()
        check(self.config)  # first: what is refused must not leave the cache open
        self.clock = clock
        self.addresses = tuple(addresses)
        self.connection = open_cache(path, tell=tell)
        """Database connection for short reads on the event loop."""
        self.cache = Cache(path)
        self.notices: list[str] = []
        """Sentences to show once the screen is there."""
        self.unwritten = ""
        """Message about changes that could not be written before the program ended; "" if there are none."""
        self.is_all_said = False
        """Whether the caller has printed the exit message; then a forced end does not print it again."""
        self.is_linear = self.config.linear
        """Whether the linear mode for screen readers and braille displays is on."""
        self._is_quitting = self._is_stopping = False
        self._warned = -WARNING_TIMEOUT
        """When quitting was last refused because an export is running."""
        self.omitted = Omitted.NOTHING
        """The parts of the screen left blank while the startup frame of the next start is drawn."""
        self.last_screen: Screens | None = None
        """The screen at quitting, to be saved as the startup frame of the next start; None if there is none."""
        self.in_step: dict[int, server.Login | None] = {}
        """Accounts whose last sync succeeded, by id: they are synced once more after the program has ended.

        The values are the logins; a shared folder has none.
        """
        self._ending: Termination | None = None
        self._theme_versions: dict[str, int] = {}
        try:
            self.memory = UiState(ui_state.load(self.connection), partial(self.cache.remember, self.connection))
            super().__init__()
            self.shows_frames = not early_terminal.is_other_screen_shown()
            self.set_keymap(self.config.keymap)
            self._sequences = keys.Sequences(self.config.keymap)
            self._sequence_end = Debounce(self, SEQUENCE_TIMEOUT, self._end_sequence)
            self.set_class(self.is_linear, "-linear")
            self._choose_theme()
        except BaseException:
            self.connection.close()
            raise

    # Themes.

    def _choose_theme(self) -> None:
        self._load_themes()
        usual = themes.SIXTEEN_COLOURS if self.console.color_system == "standard" else themes.DARK.name
        wanted = self.config.theme or self.memory.get("theme", usual)
        self.theme = wanted if wanted in self._theme_versions and wanted in self.available_themes else usual

    def _load_themes(self) -> None:
        """Register the themes that are new or whose files have changed; report those with mistakes."""
        for name in themes.names():
            version = themes.version(name)
            if version == self._theme_versions.get(name):
                continue
            self._theme_versions[name] = version
            try:
                self.register_theme(themes.find(name, self.console.color_system))
            except ConfigError as error:
                self._report(str(error))
            else:
                if name == self.theme:
                    self.mutate_reactive(ReaderApp.theme)

    def _report(self, said: str) -> None:
        if self.screen_stack:
            toast(self.screen, said, severity="error")
        else:
            self.notices.append(said)

    def get_css_variables(self) -> dict[str, str]:
        """Theme variables and our own tones."""
        variables = {**super().get_css_variables(), **themes.tones(self.current_theme, self.console.color_system)}
        self.theme_variables = variables
        return variables

    def refresh_css(self, animate: bool = True) -> None:  # noqa: FBT001, FBT002 - Textual's signature
        """Restyle everything; before there is a screen, only the theme is set."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    @property
    def cursor_place(self) -> Offset:
        """The cell of the terminal's cursor; in linear mode, the place where the user reads or types."""
        if not (self.is_linear and self.screen_stack):
            return super().cursor_place
        place = reading_place(getattr(self.screen, "reads", None) or self.focused)
        return super().cursor_place if place is None else place

    # Over the panes.

    def action_help(self) -> None:
        questions.open_dialog(self, palette_and_help.HelpScreen(self.config.keymap))

    def action_palette(self) -> None:
        commands = [
            *(
                palette_and_help.Command(words, shown, action, also=also)
                for action, words, shown, also in keys.palette(self.config.keymap)
            ),
            *(
                palette_and_help.Command(f"Theme: {name}", "", f"app.choose_theme({name!r})", name)
                for name in themes.names(self.console.color_system)
                if name in self.available_themes
            ),
        ]
        questions.open_dialog(self, palette_and_help.PaletteScreen(commands), self._do_chosen)

    async def _do_chosen(self, action: str | None) -> None:
        if action is not None:
            await self.run_action(action, self.screen)

    def action_choose_theme(self, name: str) -> None:
        """Use a theme from now on; if the configuration file names one, change it there."""
        self.theme = name
        self.memory.put("theme", name)
        if "theme" in self.reader.config.given:
            try:
                self.reader.set_option("theme", name)
            except ConfigError as error:
                toast(self.screen, str(error), severity="error")

    # Beginning and end.

    def get_default_screen(self) -> ReaderScreen:
        """The main screen."""
        return ReaderScreen(
            self.cache,
            Web(self.cache, self.clock),
            self.connection,
            self.memory,
            config=self.config,
            clock=self.clock,
            resumes=self.config.resume and not self.addresses,
        )

    @property
    def reader(self) -> ReaderScreen:
        """The main screen, whatever dialog is over it."""
        screen = self.screen_stack[0]
        assert isinstance(screen, ReaderScreen)  # noqa: S101 - tells the type checker what get_default_screen gave
        return screen

    def on_mount(self) -> None:
        self._heed_the_terminal()
        self.set_interval(THEME_INTERVAL, self._load_themes)
        if self._shows_frame:
            self._replace_frame(time.monotonic() + FRAME_TIMEOUT)
        for notice in filter(None, [self.connection.notice, *self.notices]):
            toast(self.reader, notice, severity="warning", timeout=15, beside=True)
        if self.addresses or not self.reader.adding.has_feeds():
            self.reader.adding.ask(self.addresses)

    def _replace_frame(self, latest: float, *, is_drawn: bool = False) -> None:
        """Replace the startup frame by the real screen once that is complete, or at `latest` (`time.monotonic`).

        `is_drawn`: the screen has been laid out since it was complete.
        """
        if not self._shows_frame:
            return
        is_late = time.monotonic() >= latest
        if not (is_late or (self._has_reader and self.reader.is_settled)):
            self.set_timer(POLL_INTERVAL, lambda: self._replace_frame(latest))
        elif is_late or is_drawn:
            self.show_frames()
        else:  # what has come is laid out with the next frame
            self.reader.call_after_refresh(self._replace_frame, latest, is_drawn=True)

    @property
    def _shows_frame(self) -> bool:
        """Whether the startup frame is shown; False while quitting draws the next one."""
        return not (self.shows_frames or self._is_quitting)

    def about_to_act(self) -> None:
        """Before a key acts under the startup frame, put the cursor where that frame shows it."""
        if self._has_reader and self._shows_frame:
            try:
                self.reader.resume.stand_where_seen()
            except StoreError as error:
                toast(self.reader, str(error), severity="error")

    async def on_event(self, event: events.Event) -> None:
        await super().on_event(event)
        if isinstance(event, events.Key) and self._has_reader:
            self._replace_frame(0)

    def join(self, event: Typed) -> Sequence[Typed]:
        focused = self.focused
        if not isinstance(event, events.Key) or (focused and focused.check_consume_key(event.key, event.character)):
            return [*self._sequences.end(), event]  # it is text
        joined = self._sequences.take(event)
        if self._sequences.is_begun:
            self._sequence_end.restart()
        return joined

    async def _end_sequence(self) -> None:
        await self.act(self._sequences.end())

    def on_app_focus(self) -> None:
        if self._has_reader:
            self.reader.recount()

    def get_driver_class(self) -> type[Driver]:
        """Our own driver, on systems that it supports."""
        chosen = super().get_driver_class()
        if os.name != "posix":
            return chosen
        from textual.drivers.linux_driver import LinuxDriver

        return support_driver.TerminalDriver if chosen is LinuxDriver else chosen

    def _heed_the_terminal(self) -> None:
        """Install the handlers that end the app on a signal or a lost terminal, and those for ctrl+z and continue."""
        driver = self.terminal_driver
        if driver is None or driver.is_headless:
            return
        loop = asyncio.get_running_loop()

        def begin(status: int) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended already
                loop.call_soon_threadsafe(self._end, status)

        self._ending = ending = Termination(begin, self._last_resort)
        ending.listen()
        early_terminal.take_over()
        if os.name != "posix":
            return

        if isinstance(driver, support_driver.TerminalDriver):
            driver.on_lost = lambda: ending.tell(128 + signal.SIGHUP)
            if driver.is_lost:
                driver.on_lost()
            # Textual's own run in the middle of anything, such as the writing of a frame: then they wait for each
            # other. These run between two steps of the loop, which in a thread other than the main one hears none.
            with contextlib.suppress(RuntimeError, ValueError):
                loop.add_signal_handler(signal.SIGTSTP, self._stop, driver)
                loop.add_signal_handler(signal.SIGCONT, self._continue, driver)
            if driver.was_continued:
                self._continue(driver)

    def action_suspend(self) -> None:
        driver = self.terminal_driver
        if os.name != "posix" or driver is None or driver.is_headless or os.getpgrp() == os.getsid(0):
            toast(self.screen, "Cannot suspend: tuireader was not started from a shell.")
        else:
            os.kill(0, signal.SIGTSTP)

    def _stop(self, driver: support_driver.TerminalDriver) -> None:
        """Restore the terminal and stop the process, as ctrl+z does in other programs."""
        if not self._is_ending:
            driver.suspend_application_mode()
            self._is_stopping = True
            # Giving it back takes a moment, and the loop reads what signals came meanwhile only after its next step: a
            # continuation, or an end, that is among them comes first.
            loop = asyncio.get_running_loop()
            loop.call_later(SIGNAL_TIMEOUT, self._stop_when_idle, loop.time() + FINAL_WRITE_TIMEOUT)

    def _stop_when_idle(self, latest: float) -> None:
        """Stop the process (SIGSTOP) once no write is running, at the latest at loop time `latest`.

        A stopped writer would lock other programs out of the cache.
        """
        if not self._is_stopping or self._is_ending:
            return
        loop = asyncio.get_running_loop()
        if loop.time() < latest and not (self.cache.is_idle and is_free(self.cache.path)):
            loop.call_later(SIGNAL_TIMEOUT, self._stop_when_idle, latest)
            return
        self._is_stopping = False
        os.kill(os.getpid(), signal.SIGSTOP)

    def _continue(self, driver: support_driver.TerminalDriver) -> None:
        """Take the terminal over again after SIGCONT, unless it is lost: a closed window sends that signal, too."""
        self._is_stopping = False
        if not self._is_ending and not driver.is_lost:
            driver.restart()
            self.refresh(layout=True)

    def _leave_out(self, what: Omitted) -> None:
        self.omitted = what

    @property
    def _has_reader(self) -> bool:
        """True if the main screen is mounted."""
        return bool(self.screen_stack) and self.reader.is_mounted

    @property
    def _is_ending(self) -> bool:
        return self.is_exiting or (self._ending is not None and self._ending.is_told)

    def _end(self, status: int) -> None:
        self._begin_to_end(status)

    def _last_resort(self) -> None:
        """If the regular end hangs: save pending changes, end password commands, and restore the terminal."""
        unwritten = self.cache.save_pending_changes()
        if (passwords := sys.modules.get("tuireader.library.syncing.passwords")) is not None:
            passwords.end_commands()
        driver = self.terminal_driver
        if driver is not None and hasattr(driver, "give_back"):
            driver.give_back("" if self.is_all_said else unwritten)

    def _begin_to_end(self, status: int = 0, shown_first: Screens | None = None) -> None:
        """Save the session, then quit; `shown_first` is the startup frame of the next start."""
        self.last_screen = shown_first
        if self._has_reader:
            self.reader.resume.keep()
        self.exit(return_code=status)

    async def action_quit(self) -> None:
        if self._is_quitting:
            self._begin_to_end()
            return
        lost = self.reader.tasks.runner.lost_at_quit if self._has_reader else []
        if lost and time.monotonic() - self._warned > WARNING_TIMEOUT:
            self._warned = time.monotonic()
            toast(
                self.screen,
                f"{listed(lost).capitalize()} in progress. To stop {'it' if len(lost) == 1 else 'them'}, quit again.",
            )
            return
        self._is_quitting = True
        if self.cache.is_idle and not self._handing_over and not self.is_ahead:
            await self._end_as_it_stands()
        else:
            self._quit_when_written(catch_up=self.is_ahead)

    async def _end_as_it_stands(self) -> None:
        """Draw the startup frame of the next start, and end."""
        shown_first = None
        try:
            if self._has_reader:
                shown_first = await resume.draw_startup_frame(self, self.reader, self._leave_out)
                self.in_step = self.reader.tasks.syncing.in_step()
        finally:
            self._begin_to_end(shown_first=shown_first)

    @property
    def _handing_over(self) -> list[Worker[Any]]:
        """Workers that still hand changes of the user to the writer."""
        return [each for each in self.workers if each.group in USER_WRITE_GROUPS and not each.is_finished]

    @work(group="quit")
    async def _quit_when_written(self, *, catch_up: bool) -> None:
        if catch_up:
            await self.caught_up()
        if self._has_reader:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BUSY_SECONDS):
                    await self.reader.statuses.found()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SILENT_QUIT_TIMEOUT):
                await asyncio.gather(*(each.wait() for each in self._handing_over), return_exceptions=True)
        try:
            async with asyncio.timeout(SILENT_QUIT_TIMEOUT):
                await self.cache.settled()
        except TimeoutError:
            toast(
                self.screen,
                "Saving your changes: waiting for another program to release the database…",
                timeout=BUSY_SECONDS,
            )
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BUSY_SECONDS):
                    await self.cache.settled()
        await self._end_as_it_stands()

    async def on_unmount(self) -> None:
        if self._ending is not None:
            self._heed_no_more()
            if self._ending.is_told:
                self._ending.hear_no_more()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CANCEL_TIMEOUT):
                called_off = [each.wait() for each in self.workers if each.is_running]
                await asyncio.gather(*called_off, return_exceptions=True)
                await self.cache.reads_ended()
        self.unwritten = self.cache.close(CLOSE_TIMEOUT)
        self.connection.close()

    def _heed_no_more(self) -> None:
        """Remove signal handlers before the loop closes: Python would complain about signals in between."""
        if os.name == "posix":
            loop = asyncio.get_running_loop()
            with contextlib.suppress(RuntimeError, ValueError):
                loop.remove_signal_handler(signal.SIGTSTP)
                loop.remove_signal_handler(signal.SIGCONT)

    # What goes wrong.

    def handle_error(self, error: Exception) -> None:
        """Report and log errors of background work, and go on; all others end the program."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        if isinstance(cause, NoMatches | MountError) and self.is_exiting:
            log.debug("a screen was taken down while it was built", exc_info=cause)  # as it is at the end
        elif isinstance(error, WorkerFailed):
            self.report(error.error)
        else:
            super().handle_error(error)

    def report(self, error: BaseException) -> None:
        """Show an error: a TuireaderError with its own message, any other as a bug, which is also logged."""
        if isinstance(error, TuireaderError):
            toast(self.screen, str(error), severity="error")
            return
        log.error("unexpected", exc_info=error)
        toast(self.screen, unexpected(error), severity="error")

    def panic(self, *renderables: Any) -> None:
        """End after an error in Textual; its traceback goes to the log."""
        if self.first_error is None:
            words = "\n".join(str(part) for part in renderables)
            self.first_error = RuntimeError(words or "Textual gave up")
        self.end_by_error()

    def end_by_error(self) -> None:
        """Exit; the error is printed once the terminal is restored."""
        log.critical("fatal", exc_info=self.first_error)
        self.bell()
        super().end_by_error()

    @property
    def exit_message(self) -> str:
        """The error that ended the program, or what could not be written; "" after a normal end."""
        error = self.first_error
        if error is None and self.unwritten:
            return self.unwritten
        if error is None or isinstance(error, TuireaderError):
            return str(error or "")
        return unexpected(error)
