"""The terminal driver, and the handling of signals that end the app."""

from __future__ import annotations

import asyncio
import os
import re
import select
import signal
import termios
import threading
import time
import tty
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TextIO

from textual.app import App
from textual.events import Paste, Resize

from tuireader import early_terminal
from tuireader.tui.support.textual_internals import OpenDriver

SECONDS = 1.4
"""Seconds after a signal in which the app may end by itself; then the process is killed."""

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Signals that end the program, as far as the system has them (SIGBREAK: Windows)."""


class Termination:
    """Ends the app on a signal: regularly, or by killing the process if that takes longer than SECONDS.

    The event loop may hang, waiting for a terminal that reads nothing or for a thread. So a separate thread waits for
    the signal, passes it on, and later kills the process.
    """

    def __init__(self, begin: Callable[[int], None], last: Callable[[], None]) -> None:
        """`begin` starts the regular end with an exit status; `last` runs before the process is killed."""
        self._begin = begin
        self._last = last
        self._told: SimpleQueue[int] = SimpleQueue()
        self.is_told = False
        threading.Thread(target=self._wait, name="ending", daemon=True).start()

    def tell(self, status: int) -> None:
        """End with this exit status; may be called from any thread or signal handler. The first call counts."""
        self.is_told = True
        self._told.put(status)  # the one way that is safe within a signal handler, whatever it interrupts

    def listen(self) -> None:
        """Install the signal handlers; does nothing outside the main thread."""
        for name in SIGNALS:
            number = getattr(signal, name, None)
            if number is not None:
                with suppress(ValueError):
                    signal.signal(number, lambda number, _: self.tell(128 + number))

    def hear_no_more(self) -> None:
        """Ignore further signals: the end has begun, and Python could not handle them any more."""
        for name in SIGNALS:
            number = getattr(signal, name, None)
            if number is not None:
                with suppress(ValueError):
                    signal.signal(number, signal.SIG_IGN)

    def _wait(self) -> None:
        status = self._told.get()
        self._begin(status)
        time.sleep(SECONDS)
        try:
            self._last()
        finally:
            os._exit(status)


_CHUNK = 4096
_QUERY_TIMEOUT = 0.2
"""Seconds after the start until the terminal has answered all queries."""
_POLL_INTERVAL = 0.1
"""Seconds between checks whether reading should end."""
_MORE = 0.01
"""Seconds to wait for the rest of an incomplete sequence."""
_X10_MOUSE = re.compile(rb"\x1b\[M(?:.{3}|.{0,2}\Z)", re.DOTALL)
"""Mouse reports of old terminals: three bytes that are not text, possibly in two reads."""
_PASTE_STARTS, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"
_PASTE_TIMEOUT = 3.0
"""Seconds without input after which an unfinished paste ends."""
_WAYS_OUT, _PASTE_STALLS = frozenset("\x03\x11"), 0.5
"""Keys that end an unfinished paste if they come alone after so many seconds: ctrl+c and ctrl+q."""
_WIDEST, _HIGHEST = 10_000, 2_000
"""Maximum columns and rows of a report of the window's size; a larger one is passed over."""
_PASTE_LENGTH_MAX = 1_000_000
"""Maximum characters of a paste."""
_OTHER_SCREEN = "\x1b[?1049h"
_ENTER = f"{_OTHER_SCREEN}\x1b[?25l\x1b[?1004h"
"""Alternate screen, hidden cursor, focus reports."""
_SHOW = "\x1b[?25h"
"""Show the cursor, for screen readers that follow it."""


class TerminalDriver(OpenDriver):
    """A terminal driver that survives a lost terminal and can restart.

    In Textual's own, a lost terminal ends the writing thread, and the program hangs; each restart adds a pair of
    threads; and a byte that is not UTF-8 ends the program.
    """

    def __init__(self, app: App[Any], **options: Any) -> None:
        self.is_lost = False
        """Whether the terminal is lost."""
        self.was_continued = False
        """Whether the program was stopped and continued before the app handled these signals."""
        self.on_lost: Callable[[], None] | None = None
        """Called once, from any thread, when the terminal is lost."""
        self._is_on = False
        self._is_entered = False
        """Whether the alternate screen is already on, set by `early_terminal`."""
        self._cursor = _SHOW if getattr(app, "is_linear", False) else ""
        super().__init__(app, **options)
        self.output = _Output(self.output, self._lose)
        self._parser = self.make_parser()

    def _lose(self) -> None:
        if not self.is_lost:
            self.is_lost = True
            if self.on_lost is not None:
                self.on_lost()

    # Until the app heeds these itself: they may come in the middle of anything, such as this driver's own start.

    def stop_signalled(self) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)

    def continue_signalled(self) -> None:
        self.was_continued = True

    # On and off.

    def start_application_mode(self) -> None:
        """Set the terminal up for the app; does nothing if it already is, or if it is lost."""
        if self._is_on or self.is_lost:
            return
        self._is_entered = early_terminal.is_other_screen_shown()
        if early_terminal.original_settings() is not None:
            early_terminal.show_other_screen()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._is_entered = False
        if (before := early_terminal.original_settings()) is not None and self.attrs_before is not None:
            self.attrs_before = before  # the terminal was changed when the program began
        self._is_on = self.is_writing
        if not self._is_on and not self._is_there():
            self._lose()  # else it is another program's for now, as in the background: it is tried again when continued
        self.write(self._cursor)
        self._heed_the_window()

    def _heed_the_window(self) -> None:
        """Tell the app of each new window size, which is queried on the loop.

        Textual queries it in the signal handler, which the next signal can interrupt: then the older size comes last.
        """
        loop = asyncio.get_running_loop()

        def tell(*_: object) -> None:
            with suppress(RuntimeError):  # the loop has ended already
                loop.call_soon_threadsafe(self._tell_size)

        signal.signal(signal.SIGWINCH, tell)
        tell()
        # Textual has asked before, and may tell its answer after ours: the last word is of the window as it is. In two
        # steps, since a loop that was busy does in one turn all that is due.
        loop.call_later(_QUERY_TIMEOUT, loop.call_later, _QUERY_TIMEOUT, self._tell_size)

    def _tell_size(self) -> None:
        if not self.tells_size_itself:
            size = self.terminal_size()
            self.app.post_message(Resize(size, size))

    def _is_there(self) -> bool:
        try:
            termios.tcgetattr(self.fileno)
        except (termios.error, ValueError):
            return False
        return True

    def stop_application_mode(self) -> None:
        """Restore the terminal for the shell; does nothing if it already is."""
        if self._is_on:
            super().stop_application_mode()
            self._is_on = False

    def close(self) -> None:
        """Flush the output; does nothing once the writing thread has ended."""
        if self.is_writing:
            super().close()

    def restart(self) -> None:
        """Set the terminal up again after another program used it."""
        if not self._is_on:
            self.resume_application_mode()
            return
        # Nothing is given back in between: what is typed at that moment would be echoed into what is painted.
        with suppress(termios.error):
            attributes = termios.tcgetattr(self.fileno)
            local, input_ = self.raw_mode(attributes[tty.LFLAG], attributes[tty.IFLAG])
            attributes[tty.LFLAG], attributes[tty.IFLAG] = local, input_
            attributes[tty.CC][termios.VMIN] = 1
            termios.tcsetattr(self.fileno, termios.TCSANOW, attributes)
        self.write(_ENTER + self._cursor)
        self.enable_reports()

    def write(self, data: str) -> None:
        """Write to the terminal; does nothing after the writing thread has ended."""
        if self._is_entered:  # some terminals would clear what stands there
            data = data.replace(_OTHER_SCREEN, "")
        if self.is_writing:
            super().write(data)

    def give_back(self, last_words: str = "") -> None:
        """Restore the terminal without blocking: the process is about to be killed.

        `last_words` are printed on the shell's screen.
        """
        leave = early_terminal.LEAVE if self._is_on else b""
        said = last_words.encode() + b"\r\n" if last_words else b""
        if self.is_lost or not leave + said:
            return
        with suppress(OSError, termios.error, ValueError):
            if self.attrs_before is not None:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            output = self.output.fileno()
            os.set_blocking(output, False)
            os.write(output, leave + said)
            os.set_blocking(output, True)

    # What comes in.

    def read_input(self) -> None:
        """Read keys until told to stop; a bug in it is reported by the app."""
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - it is raised where all errors of the app are handled
            self.report_error(error)

    def run_input_thread(self) -> None:
        """Read and dispatch keys; skips invalid UTF-8, and treats the end of input as a lost terminal."""
        decode = getincrementaldecoder("utf-8")("ignore").decode
        held = b""
        paste = _Paste()
        # Of what was typed before that, Enter had become the end of a line.
        is_first = early_terminal.original_settings() is not None
        while not self.exit_event.is_set():
            data = self._read()
            if data is None:
                self._lose()
                return
            if data and is_first:
                data, is_first = data.replace(b"\n", b"\r"), False
            while data.endswith((b"\x1b", b"\x1b[")) and (more := self._read(_MORE)):
                data += more
            data = held + data
            held = _unfinished_mouse(data)
            for part in paste.take(decode(_X10_MOUSE.sub(b"", data))):
                if isinstance(part, Paste):
                    self.process_message(part)
                else:
                    self._dispatch(part)
            for event in self._parser.tick():
                self.process_message(event)

    def _dispatch(self, text: str) -> None:
        """Post the events of what was typed, without what does not parse."""
        for character in text:  # one by one: a report that does not parse takes no key along
            try:
                events = list(self._parser.feed(character))
            except (ValueError, ArithmeticError):  # a number in a report is no character, no size, no place
                self._parser, events = self.make_parser(), []
            for event in events:
                if not isinstance(event, Resize) or (event.size.width <= _WIDEST and event.size.height <= _HIGHEST):
                    self.process_message(event)

    def _read(self, pause: float = _POLL_INTERVAL) -> bytes | None:
        """Available input, b"" after a pause without any; None at the end of input."""
        try:
            if not select.select([self.fileno], [], [], pause)[0]:
                return b""
            return os.read(self.fileno, _CHUNK) or None
        except BlockingIOError:  # another program that shares the terminal has set it so
            return b""
        except (OSError, ValueError):
            return None


class _Paste:
    """Separates bracketed pastes from keys, bounded in size and time.

    An unfinished paste ends after some seconds without input, or by ctrl+c or ctrl+q.
    """

    def __init__(self) -> None:
        self._pasted: str | None = None
        """The text of an unfinished paste."""
        self._held = ""
        """The end of the input so far, if it may be the beginning of a paste mark."""
        self._latest = 0.0

    def take(self, came: str) -> Iterator[str | Paste]:
        """Split new input: the text outside of pastes, and each complete paste, in order."""
        yield from self._without_stalled(came)
        text, self._held = self._held + came, ""
        if came:
            self._latest = time.monotonic()
        while text:
            if self._pasted is None:
                before, mark, text = text.partition(_PASTE_STARTS)
                if mark:
                    self._pasted = ""
                elif came:
                    before, self._held = _apart(before, _PASTE_STARTS, least=3)  # less is the beginning of any key
                if before:
                    yield before
            else:
                pasted, mark, text = text.partition(_PASTE_ENDS)
                if not mark:
                    pasted, self._held = _apart(pasted, _PASTE_ENDS, least=1)
                self._pasted = (self._pasted + pasted)[:_PASTE_LENGTH_MAX]
                if mark:
                    yield self._end(self._pasted)
        if self._pasted is not None and not came and time.monotonic() - self._latest > _PASTE_TIMEOUT:
            yield self._end(self._pasted)

    def _without_stalled(self, came: str) -> Iterator[Paste]:
        """End the unfinished paste, and yield it, if `came` is ctrl+c or ctrl+q after a pause."""
        if self._pasted is not None and came in _WAYS_OUT and time.monotonic() - self._latest > _PASTE_STALLS:
            yield self._end(self._pasted + self._held)
            self._held = ""

    def _end(self, pasted: str) -> Paste:
        self._pasted = None
        return Paste(pasted.replace("\x00", ""))


def _apart(text: str, mark: str, least: int) -> tuple[str, str]:
    """Split off a partial mark at the end of the text."""
    for length in range(min(len(mark) - 1, len(text)), least - 1, -1):
        if text.endswith(mark[:length]):
            return text[:-length], text[-length:]
    return text, ""


def _unfinished_mouse(data: bytes) -> bytes:
    start = data.rfind(b"\x1b[M", max(0, len(data) - 5))
    return data[start:] if start >= 0 and len(data) - start < 6 else b""


class _Output:
    """The output of the terminal; once that is lost, writes are dropped and nothing waits.

    It writes past the file's own buffer, which loses what a non-blocking terminal does not take at once.
    """

    def __init__(self, file: TextIO, lost: Callable[[], None]) -> None:
        self._file = file
        self._encoding = file.encoding or "utf-8"
        self._lost = lost
        self._is_gone = False

    def write(self, text: str) -> None:
        data = memoryview(text.encode(self._encoding, "backslashreplace"))
        while data and not self._is_gone:
            try:
                data = data[os.write(self.fileno(), data) :]
            except BlockingIOError:  # another program that shares the terminal has set it so
                select.select([], [self.fileno()], [], 1)
            except (OSError, ValueError):
                self._is_gone = True
                self._lost()

    def flush(self) -> None:
        """Do nothing: all is written."""

    def fileno(self) -> int:
        return self._file.fileno()
