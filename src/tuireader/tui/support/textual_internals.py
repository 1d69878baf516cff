"""All uses of private names of Textual: subclasses that offer them under public names."""

from __future__ import annotations

import logging
import sys
import time
from collections import deque
from typing import Any, TextIO, cast

from textual import events, on
from textual.app import App
from textual.filter import Monochrome, NoColor
from textual.geometry import Offset, Size
from textual.keys import _character_to_key
from textual.reactive import Reactive
from textual.screen import Screen, ScreenResultType
from textual.scroll_view import ScrollView
from textual.widget import Widget


def key_name(key: str) -> str:
    """Textual's name of a key that is written as a character or as a name."""
    return _character_to_key(key) if len(key) == 1 else key


class OpenApp(App[None]):
    """An app with hooks for painting, errors and the end, and with a cursor position of its own."""

    _typing_place = Offset(0, 0)
    shows_frames = True
    """Whether frames are painted; if not, the terminal keeps its content."""
    is_next_whole = False
    """Whether the next frame must cover the whole screen."""

    def __init__(self) -> None:
        super().__init__()
        # With NO_COLOR, Textual makes all colours grey, of which those of the terminal become black on black.
        self._filters = [NoColor() if isinstance(each, Monochrome) else each for each in self._filters]

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if self.shows_frames:
            super()._display(screen, renderable)

    def show_frames(self) -> None:
        """Paint frames from now on, starting with the whole screen."""
        self.shows_frames = self.is_next_whole = True
        self.screen.refresh()

    def paint_whole(self) -> None:
        self.is_next_whole = False
        super()._display(self.screen, self._whole_update())

    def whole_frame(self) -> str:
        return str(self._whole_update().render_segments(self.console)).replace("\n", "")

    def _whole_update(self) -> Any:
        compositor = self.screen._compositor  # noqa: SLF001 - as the module says
        return compositor.render_update(full=True, screen_stack=self._background_screens)

    def _handle_exception(self, error: Exception) -> None:
        self.handle_error(error)

    def _fatal_error(self) -> None:
        self.end_by_error()

    def handle_error(self, error: Exception) -> None:
        super()._handle_exception(error)

    def end_by_error(self) -> None:
        self._close_messages_no_wait()

    @property
    def first_error(self) -> Exception | None:
        return self._exception

    @first_error.setter
    def first_error(self, error: Exception) -> None:
        self._exception = error

    @property
    def is_exiting(self) -> bool:
        return self._exit

    @property
    def terminal_driver(self) -> Any:
        """The driver of the terminal; None before it exists."""
        return self._driver

    @property
    def cursor_position(self) -> Offset:
        return self.cursor_place

    @cursor_position.setter
    def cursor_position(self, place: Offset) -> None:
        self._typing_place = place

    @property
    def cursor_place(self) -> Offset:
        return self._typing_place

    async def acts_first(self, key: str) -> bool:
        """Run the priority action of a key, whatever has the focus; returns whether there is one."""
        return await self._check_bindings(key, priority=True)


class OpenScreen(Screen[ScreenResultType]):
    """A screen that is not drawn while it is held, or while its app paints no frames."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """The widget with the focus. Widgets repaint themselves on a change of focus; Textual repaints the whole screen."""
    is_held = False

    def hold(self) -> None:
        self.is_held = True

    def release(self) -> None:
        """Start drawing to the terminal."""
        self.is_held = False
        if isinstance(self.app, OpenApp) and self.app.shows_frames:
            self.app.show_frames()

    def _on_timer_update(self) -> None:
        if self._layout_required and not self.may_lay_out():
            self._layout_required = False
        super()._on_timer_update()

    def ask_for_layout(self) -> None:
        """Request a layout with the next frame."""
        if self.is_attached:
            self._layout_required = True
            self.check_idle()

    def lay_out_next(self, *widgets: Widget) -> None:
        """Lay out widgets that were changed with the next frame, not with the one after it, as Textual would."""
        for widget in widgets:
            widget._check_refresh()  # noqa: SLF001 - as the module says

    def may_lay_out(self) -> bool:
        return True

    def _compositor_refresh(self) -> None:
        """Called by Textual to draw changes."""
        app = self.app
        if self.is_held:
            return
        if isinstance(app, OpenApp) and app.is_next_whole and self is app.screen:
            app.paint_whole()
            self._dirty_widgets.clear()
        elif not isinstance(app, OpenApp) or app.shows_frames:
            super()._compositor_refresh()


class Inelastic(Widget):
    """A widget whose size does not depend on its content: a new size needs no second layout."""

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002 - Textual's signature
        return super()._size_updated(size, virtual_size, container_size, layout=False)


class PlainFocus(Widget):
    """A widget whose style rules do not depend on the focus: a change of focus repaints it without restyling it."""

    def watch_has_focus(self, _has_focus: bool) -> None:  # noqa: FBT001 - Textual's signature
        """Called by Textual, which would apply the stylesheet."""


class OpenScrollView(PlainFocus, ScrollView):
    """A scroll view that is told its size before the first frame in it is painted."""

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:  # noqa: FBT001, FBT002 - Textual's signature
        """Called by Textual with each size, before the event."""
        changed = self.take_size(size, virtual_size, container_size, layout=layout)
        self.size_taken(changed=changed)
        return changed

    def take_size(self, size: Size, virtual_size: Size, container_size: Size, *, layout: bool) -> bool:
        """Apply a size; returns whether it differs from the last one."""
        return super()._size_updated(size, virtual_size, container_size, layout)

    def size_taken(self, *, changed: bool) -> None:
        """Called after a size was applied."""

    def scroll_within(self, size: Size) -> None:
        """Change the size of the scrolled content without a layout."""
        self._scroll_update(size)


if sys.platform != "win32":
    from textual._xterm_parser import XTermParser
    from textual.drivers.linux_driver import LinuxDriver

    class OpenDriver(LinuxDriver):
        """The driver for terminals of POSIX systems, with what it is made of."""

        @property
        def app(self) -> App[Any]:
            return self._app

        @property
        def output(self) -> TextIO:
            return cast("TextIO", self._file)

        @output.setter
        def output(self, file: Any) -> None:
            self._file = file

        @property
        def is_writing(self) -> bool:
            return self._writer_thread is not None and self._writer_thread.is_alive()

        @property
        def tells_size_itself(self) -> bool:
            return self._in_band_window_resize

        def terminal_size(self) -> Size:
            return Size(*self._get_terminal_size())

        def raw_mode(self, local: int, input_: int) -> tuple[int, int]:
            """The local and input flags of a terminal, changed so that keys come one by one, unchanged."""
            return self._patch_lflag(local), self._patch_iflag(input_)

        def enable_reports(self) -> None:
            """Have the mouse and pasted text reported, and lines not wrapped."""
            self._enable_mouse_support()
            self._enable_bracketed_paste()
            self._disable_line_wrap()

        def make_parser(self) -> XTermParser:
            return XTermParser(self._debug)

        def report_error(self, error: Exception) -> None:
            self.app.call_later(self.app._handle_exception, error)  # noqa: SLF001 - as the class says

        def _sigtstp_application(self, *_: object) -> None:
            self.stop_signalled()

        def _sigcont_application(self, *_: object) -> None:
            self.continue_signalled()

        def _run_input_thread(self) -> None:
            self.read_input()

        def stop_signalled(self) -> None:
            """Stop."""

        def continue_signalled(self) -> None:
            """Go on."""

        def read_input(self) -> None:
            super()._run_input_thread()


LAYOUTS, RESTLESS, REST = 60, 2.0, 0.25
"""More than LAYOUTS layouts in RESTLESS seconds count as a loop: then REST seconds lie between two layouts."""
log = logging.getLogger("tuireader")


class SteadyScreen(OpenScreen[ScreenResultType]):
    """Works around two bugs in Textual: clicks on widgets being removed, and two size changes in flight.

    Textual looks for the parent of a widget that has none any more. And a size change is announced again after its
    layout, so that two of them in flight would alternate for ever.
    """

    _is_put_off = False
    """Whether a layout is postponed."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._layouts: deque[float] = deque(maxlen=LAYOUTS)
        """Times of the last layouts (`time.monotonic`)."""

    def may_lay_out(self) -> bool:
        """Whether to lay out now; limits layout loops to a few a second, so that keys get through."""
        now = time.monotonic()
        is_restless = len(self._layouts) == LAYOUTS and now - self._layouts[0] < RESTLESS
        if is_restless and now - self._layouts[-1] < REST:
            if not self._is_put_off:
                self._is_put_off = True
                self.set_timer(REST, self._lay_out_again)
                log.debug("the layout of %s does not come to rest", self)
            return False
        self._layouts.append(now)
        return True

    def _lay_out_again(self) -> None:
        self._is_put_off = False
        self.ask_for_layout()

    @on(events.Resize)
    def _pass_over_the_past(self, event: events.Resize) -> None:
        """Ignore a size that is outdated, and apply the current one.

        The current size may have arrived earlier: Textual keeps only the last of several pending sizes.
        """
        now = self.app.size
        if event.size != now:
            event.prevent_default()
            if self.outer_size != now:
                self.post_message(events.Resize(now, now))

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """The widget at a place and the offset in its text; nothing for a widget being removed."""
        widget, offset = super().get_widget_and_offset_at(x, y)
        if widget is not None and not isinstance(widget, Screen) and widget.parent is None:
            return None, None
        return widget, offset
