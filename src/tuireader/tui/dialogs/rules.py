"""The rules dialog: a new rule with a live preview of what it matches, and the list of rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.suggester import Suggester
from textual.widgets import Input, Static

from tuireader.library import rules
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.rules import PREVIEW_AGE, Preview
from tuireader.model.article import Headline
from tuireader.model.query import TAGS_MAX, Rule
from tuireader.store.queries.query_language import is_too_long, understand
from tuireader.text.date_expressions import span
from tuireader.text.sentences import counted
from tuireader.tui.chrome import CleanInput
from tuireader.tui.dialogs.questions import NameChanges, PickScreen, TypedDialog, open_dialog
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import AutocompleteList, Line
from tuireader.tui.support.safe_text import age, error_line, joined, plain
from tuireader.tui.support.viewport import is_linear

_HEADLINES = 5
"""Headlines in the preview."""
_ENDS = {"Never": None, "1 day": 1, "1 week": 7, "1 month": 30, "3 months": 91}
"""Choices for the end of a rule, in days."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of a rule: all feeds, one, or those in a folder."""

    words: str
    feed_id: int | None = None
    folder_id: int | None = None


EVERYWHERE = Scope("All feeds")


class ListedRule(NamedTuple):
    """A saved rule, as the dialog lists it."""

    rule: Rule
    words: str
    scope: Scope
    caught: int


class ActionRow(NamedTuple):
    """A row of the dialog with its action (None: it is only text), and the label of the enter key on it."""

    line: Line
    act: Callable[[], None] | None = None
    verb: str = "toggle"


class RuleAction(NamedTuple):
    """The chosen action: save a new or changed rule (`is_applied`: also for existing articles), or remove one."""

    made: Rule | None = None
    is_applied: bool = False
    removed: Rule | None = None
    draft: Rule | None = None
    """A new rule that was left unfinished."""


def _day(rule: Rule) -> str:
    return f"{rule.until.astimezone():%Y-%m-%d}" if rule.until else "Never"


class RulesScreen(TypedDialog[RuleAction | None]):
    """Makes, changes or deletes a rule; returns what to do, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "step(1)", show=False),
        Binding("shift+tab", "step(-1)", show=False),
    ]

    def __init__(
        self,
        cache: Cache,
        *,
        now: Callable[[], datetime],
        rule: Rule,
        scopes: Sequence[Scope],
        there: Sequence[ListedRule],
        tags: Sequence[str],
        suggester: Suggester,
    ) -> None:
        """`rule` is a new one to start with, `scopes` all scopes, the first that of it, `there` the saved rules."""
        super().__init__()
        self._cache = cache
        self._now = now
        self._rule = rule
        self._scope, self._scopes = scopes[0], {scope.words: scope for scope in scopes}
        self._there = there
        self._tags = tags
        self._suggester = suggester
        self._until = _day(rule)
        self._is_applied = False
        self._preview: Preview | None = None
        self._edited: Rule | None = None
        """The saved rule that is edited."""
        self._rows: list[ActionRow] = []

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield Static(plain("Rules"), classes="dialog-title")
            yield CleanInput(
                self._rule.query,
                placeholder="Match: words, title:, author:, category:, feed:…",
                compact=True,
                select_on_focus=False,
                suggester=self._suggester,
            )
            yield Static(id="rule-said")
            yield AutocompleteList()
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        cursor = self.query_one(AutocompleteList).cursor if self.is_mounted else 0
        verb = self._rows[cursor].verb if cursor < len(self._rows) else "toggle"
        return [Row("enter", verb, "open"), Row("esc", "close", "leave", is_pinned=True)]

    @on(AutocompleteList.Pointed)
    def _pointed(self) -> None:
        self.write_hints()

    def on_mount(self) -> None:
        self._fill()
        self._look()
        line = self.query_one(Input)
        line.focus()
        line.select_all()

    def on_resize(self) -> None:
        self.leave_room(self.query_one(AutocompleteList), beside=3)  # the input and the message

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._complain("")
        self._rule = replace(self._rule, query=event.value)
        self._look()

    # What it would have caught.

    @property
    def _asked(self) -> Rule:
        return replace(self._rule, feed_id=self._scope.feed_id, folder_id=self._scope.folder_id)

    @work(exclusive=True, group="preview")
    async def _look(self) -> None:
        rule, now = self._asked, self._now()
        self._preview = await self._cache.read(lambda c: rules.preview(c, rule, now, _HEADLINES))
        if self in self.app.screen_stack:  # it may have been left meanwhile
            self._fill()

    # The rows.

    def _fill(self) -> None:
        choices = self.query_one(AutocompleteList)
        cursor = choices.cursor
        rule = self._rule
        make = "Save rule" if self._edited else "Create rule"
        rows = [ActionRow(Line(make, rule.said), self._make, make.split(maxsplit=1)[0].lower())]
        for words, name in (
            ("Hide", "hide"),
            ("Mark as read", "read"),
            ("Star", "star"),
            ("Keep unread", "keep"),
        ):
            rows.append(ActionRow(self._box(words, is_on=getattr(rule, name)), partial(self._toggle, name)))
        tags = ", ".join(rule.tags) or "None"
        rows.append(
            ActionRow(Line(f"{self._sign(is_on=bool(rule.tags))} Add tags", tags), self._ask_for_tags, "select")
        )
        rows.append(ActionRow(Line("  Feeds", self._scope.words), self._ask_for_scope, "change"))
        rows.append(ActionRow(Line("  Expires", self._until), self._ask_for_end, "change"))
        also = self._box("Apply to existing articles", is_on=self._is_applied)
        here = f"{self._preview.here}" if self._preview is not None and self._preview.here else ""
        rows.append(ActionRow(Line(also.text, here), self._toggle_applied))
        if self._edited is not None:
            rows.append(ActionRow(Line("Delete rule"), partial(self._remove, self._edited), "delete"))
        rows += map(ActionRow, self._caught())
        if self._there:
            rows += [ActionRow(Line("")), ActionRow(Line("Existing rules", "enter: edit", is_heading=True))]
            rows += [
                ActionRow(Line(f"  {each.words}", str(each.caught)), partial(self._edit, each), "edit")
                for each in self._there
            ]
        self._rows = rows
        choices.set_rows([row.line for row in rows])
        choices.move_to(min(cursor, len(rows) - 1))
        self.write_hints()

    def _caught(self) -> list[Line]:
        found, days = self._preview, PREVIEW_AGE.days
        if found is None or not (self._rule.query.strip() or self._asked.feed_id or self._asked.folder_id):
            return [Line(""), Line("Matching articles appear here as you type", is_heading=True)]
        if mistakes := understand(self._rule.query).mistakes:
            return [Line(""), Line(mistakes[0], is_heading=True)]
        said = "No matches" if not found.total else counted(found.total, "article")
        head = Line(f"{said} in the last {days} days", is_heading=True)
        return [Line(""), head, *(self._headline(each) for each in found.newest)]

    def _headline(self, headline: Headline) -> Line:
        return Line(f"  {headline.title or 'Untitled'}", age(headline.date, self._now()), is_heading=True)

    def _box(self, words: str, *, is_on: bool) -> Line:
        return Line(f"{self._sign(is_on=is_on)} {words}")

    def _sign(self, *, is_on: bool) -> str:
        return ("x" if is_linear(self) else "✓") if is_on else ("-" if is_linear(self) else "·")

    # What they do.

    def choose(self, row: int) -> None:
        """Run the action of a row, if it has one."""
        act = self._rows[row].act if row < len(self._rows) else None
        if act is not None:
            self._complain("")
            act()

    def _complain(self, sentence: str) -> None:
        said = self.query_one("#rule-said", Static)
        said.display = bool(sentence)
        said.update(joined(*error_line(sentence)) if sentence else plain(""))
        self.reads = said if sentence else None

    def _edit(self, listed: ListedRule) -> None:
        """Load a saved rule into the form."""
        rule = listed.rule
        self._edited, self._rule, self._is_applied = rule, rule, False
        self._scope, self._until = listed.scope, _day(rule)
        self.query_one(".dialog-title", Static).update(plain("Edit rule"))
        line = self.query_one(Input)
        line.value = rule.query
        line.cursor_position = len(line.value)
        self._fill()
        self.query_one(AutocompleteList).move_to(0)
        self._look()

    def _toggle(self, name: str) -> None:
        changed: dict[str, Any] = {name: not getattr(self._rule, name)}
        self._rule = replace(self._rule, **changed)
        self._fill()

    def _toggle_applied(self) -> None:
        self._is_applied = not self._is_applied
        self._fill()

    def _ask_for_scope(self) -> None:
        names = ["", *(words for words, scope in self._scopes.items() if scope != EVERYWHERE)]
        now = "" if self._scope == EVERYWHERE else self._scope.words
        pick = PickScreen(
            "Rule applies to",
            names,
            {now: True},
            noun="feed",
            nothing=EVERYWHERE.words,
            hint="Find a feed or a folder",
            creates=False,
        )
        open_dialog(self.app, pick, self._take_scope)

    def _take_scope(self, picked: NameChanges | None) -> None:
        if picked is not None:
            self._scope = self._scopes.get(picked.on[0], EVERYWHERE)
            self._fill()
            self._look()

    def _ask_for_tags(self) -> None:
        names = list(dict.fromkeys((*self._rule.tags, *self._tags)))
        there = dict.fromkeys(self._rule.tags, True)
        open_dialog(self.app, PickScreen("Tags to add", names, there, noun="tag"), self._take_tags)

    def _take_tags(self, picked: NameChanges | None) -> None:
        if picked is not None:
            kept = [tag for tag in self._rule.tags if tag not in picked.off]
            self._rule = replace(self._rule, tags=tuple(dict.fromkeys((*kept, *picked.on))))
            self._fill()

    def _ask_for_end(self, title: str = "Rule expires", typed: str = "") -> None:
        hint = f"Date ({self._now() + timedelta(days=30):%Y-%m-%d})"
        pick = PickScreen(title, [*_ENDS], {self._until: True}, noun="date", nothing="Never", hint=hint, typed=typed)
        open_dialog(self.app, pick, self._take_end)

    def _take_end(self, picked: NameChanges | None) -> None:
        """Take the chosen or typed end; after a mistake, ask again."""
        if picked is None:
            return
        (said,) = picked.on
        days = _ENDS.get(said, 0)
        try:
            until = None if days is None else self._now() + timedelta(days=days) if days else span(said, self._now())[0]
        except ValueError:
            self._ask_for_end(f"“{said}” is not a date. Use the form YYYY-MM-DD.", said)
            return
        if until is not None and until <= self._now():
            self._ask_for_end(f"“{said}” is in the past. Enter a future date.", said)
            return
        self._until, self._rule = said, replace(self._rule, until=until)
        self._fill()

    def _make(self) -> None:
        rule = self._asked
        if not rule.query.strip() and rule.feed_id is None and rule.folder_id is None:
            self._complain("Enter a query, or the rule would match every article.")
        elif (mistakes := understand(rule.query).mistakes) or is_too_long(rule.query):
            self._complain(mistakes[0] if mistakes else "The query is too long.")
        elif len(rule.tags) > TAGS_MAX:
            self._complain(f"A rule can add at most {TAGS_MAX} tags.")
        elif not rule.actions:
            self._complain("Select at least one action.")
        elif rule.until is not None and rule.until <= self._now():
            self._complain("The rule has expired. Change when it expires.")
        else:
            self.dismiss(RuleAction(rule, self._is_applied))

    def _remove(self, rule: Rule) -> None:
        self.dismiss(RuleAction(removed=rule))

    def action_leave(self) -> None:
        """Close; an unfinished rule is there again when the dialog is opened next."""
        self.dismiss(RuleAction(draft=None if self._edited else self._asked))

    def row_beside(self, row: int, by: int) -> int:
        """The next row with an action."""
        beside = row + by
        while 0 <= beside < len(self._rows) and self._rows[beside].act is None:
            beside += by
        return beside if 0 <= beside < len(self._rows) else row
