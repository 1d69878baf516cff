"""Several rows and articles at once, folders, tags, saved searches, rules, and what is marked and taken back."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from support.app_factory import (
    NOTES,
    NOW,
    REVIEW,
    Piece,
    ids,
    point,
    reader,
    rows_of,
    screen_text,
    settle,
    shelve,
    until,
)
from tuireader.library import rules as library_rules
from tuireader.library.reading import user_edits
from tuireader.library.subscribing import subscription
from tuireader.model.article import Headline, Status
from tuireader.model.query import HIDE, Query, Rule
from tuireader.store import articles, feeds, folders, labels, rules, statuses, ui_state
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.tui.app import ReaderApp
from tuireader.tui.dialogs.questions import ChooseScreen, PickScreen
from tuireader.tui.dialogs.rules import RulesScreen
from tuireader.tui.lists.choice_list import ChoiceList

WIDE = (130, 50)
KEYS = {":": "colon", "=": "equals_sign", '"': "quotation_mark", "-": "minus", " ": "space"}


@pytest.fixture
def library(db: Path) -> Path:
    """Three feeds, two of them in folders; one article has a tag."""
    shelve(db, "The Example Review", REVIEW)
    shelve(db, "Notes", NOTES)
    pieces = [Piece(f"Harbour {n}", 100 + n, categories=("Harbours",), authors=("Ann",)) for n in range(12)]
    shelve(db, "Harbour Weekly", pieces)
    with closing(connect(db)) as c:
        by_title = {feed.title: feed.id for feed in feeds.every(c)}
        folders.put(c, by_title["The Example Review"], folders.add(c, "News").id)
        folders.put(c, by_title["Harbour Weekly"], folders.add(c, "Sea").id)
        labels.add_tags(c, ids(db)[:1], ["Later"])
    return db


async def press(pilot: Pilot[None], *pressed: str) -> None:
    """Press keys, and wait for what those bring that bring something from the cache."""
    for key in pressed:
        await pilot.press(key)
        if len(key) > 1 or key.isupper():
            await settle(pilot)
    await settle(pilot)


def shown(app: ReaderApp) -> list[Headline]:
    rows = app.reader.headlines
    return [headline for row in range(rows.row_count()) if (headline := rows.headline(row)) is not None]


def titles(app: ReaderApp) -> list[str]:
    return [headline.title for headline in shown(app)]


async def test_folders_and_tags_are_panes_with_counts_that_combine(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        sidebar = app.reader.sidebar
        tree = sidebar.feed_tree
        assert rows_of(app, "folders", "feeds") == ["News", "The Example Review", "Sea", "Harbour Weekly", "Notes"]
        assert [(row.name, row.total) for row in tree.rows if row.key[0] == "tags"] == [("Later", 1)]
        await point(pilot, "Sea")
        await press(pilot, "enter")
        assert tree.pointed is not None
        assert ("folders", *app.reader.wanted.folders) == tree.pointed.key
        assert app.reader.title_bar.shown == "Sea"
        assert "The Example Review" in rows_of(app, "feeds")  # the tree stays as it is
        assert [row.name for row in sidebar.authors.rows] == ["Ann"]
        assert "12 unread" in screen_text(app)
        await point(pilot, "Notes")
        await press(pilot, "enter")
        assert {headline.feed_title for headline in shown(app)} == {"Notes"}
        assert not app.reader.wanted.folders


async def test_tags_of_the_open_article_leave_the_selection_of_others(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "v", "v")
        others = app.reader.headlines.selected
        assert len(others) == 2
        await press(pilot, "enter", "v")
        cursor = app.reader.headlines.cursor
        assert len(app.reader.headlines.selected) == 3
        await press(pilot, "v")
        assert app.reader.headlines.selected == others
        assert app.reader.headlines.cursor == cursor  # the article is still the open one
        await press(pilot, "T")
        await press(pilot, *"sea", "enter", "escape")
        assert app.reader.headlines.selected == others
    with closing(connect(library)) as c:
        assert labels.every(c, "tag") == ["Later", "sea"]


async def test_folders_fold_by_key_and_mouse_and_that_is_remembered(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        tree = app.reader.sidebar.feed_tree
        await point(pilot, "Harbour Weekly")
        await press(pilot, "minus")
        assert rows_of(app, "feeds") == ["The Example Review", "Notes"]
        assert tree.pointed is not None
        assert tree.pointed.name == "Sea"
        row = [each.name for each in tree.rows].index("News")
        line = next(line for line, place in enumerate(tree.places()) if place.item == row)
        await pilot.click(tree, offset=(2, line))
        await settle(pilot)
        assert rows_of(app, "feeds") == ["Notes"]
        assert app.reader.wanted == Query()
        await pilot.press("ctrl+q")
    app = reader(library)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert rows_of(app, "feeds") == ["Notes"]
        await point(pilot, "Tags")
        await press(pilot, "enter")
        assert rows_of(app, "tags") == []
        await point(pilot, "News")
        await press(pilot, "minus")
        assert rows_of(app, "feeds") == ["The Example Review", "Notes"]
        await press(pilot, "slash", *"harb")
        assert rows_of(app, "folders", "feeds") == ["Sea", "Harbour Weekly"]  # wherever it is


async def test_several_rows_are_chosen_and_others_left_out(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        categories = app.reader.sidebar.categories
        categories.focus()
        categories.move_to(next(n for n, row in enumerate(categories.rows) if row.name == "Elections"))
        await press(pilot, "v")
        categories.move_to(next(n for n, row in enumerate(categories.rows) if row.name == "China/Russia"))
        await press(pilot, "v")
        assert app.reader.title_bar.shown == "Elections or China/Russia"
        either = titles(app)
        assert len(either) == len({*titles_of(library, "Elections"), *titles_of(library, "China/Russia")})
        await press(pilot, "x")
        assert app.reader.title_bar.shown == "Elections · −China/Russia"
        assert "−China/Russia" in screen_text(app)
        assert titles(app) == [
            title for title in titles_of(library, "Elections") if title not in titles_of(library, "China/Russia")
        ]
        await press(pilot, "x")
        assert app.reader.wanted == Query(categories=("Elections",))
        await press(pilot, "enter")
        assert app.reader.wanted == Query(categories=("China/Russia",))
        await press(pilot, "c")
        assert app.reader.wanted == Query()


def titles_of(path: Path, category: str) -> list[str]:
    with closing(connect(path)) as c:
        query = Query(categories=(category,))
        return [headline.title for headline in article_lists.window(c, query, 0, 99)]


async def test_what_is_chosen_together_is_there_after_a_restart(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        for name, key in (("News", "v"), ("Sea", "v"), ("Notes", "x")):
            await point(pilot, name)
            await press(pilot, key)
        wanted = app.reader.wanted
        assert (len(wanted.folders), len(wanted.not_feeds)) == (2, 1)
        await pilot.press("ctrl+q")
    app = reader(library)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert app.reader.wanted == wanted
        assert "News or Sea · −Notes" in screen_text(app)


async def test_selected_articles_are_marked_starred_and_tagged_together(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "v", "v", "j", "j", "V")
        chosen = app.reader.headlines.selected
        assert chosen == frozenset(ids(library)[:5]) - frozenset() == frozenset(ids(library)[:5])
        assert "5 selected" in screen_text(app)
        await press(pilot, "f")
        assert set(ids(library, Query(starred=True))) == chosen
        assert not app.reader.headlines.selected
        await press(pilot, "g", "V", "j", "j", "j", "j", "V")
        assert app.reader.headlines.selected == chosen
        await press(pilot, "m")
        assert set(ids(library, Query(text="is:read "))) == chosen
        await press(pilot, "g", "v", *"jjj", "V", "T")
        assert isinstance(app.screen, PickScreen)
        await press(pilot, *"sea", "enter", "escape")
        with closing(connect(library)) as c:
            assert {id_ for id_, some in labels.tags_of(c, ids(library)).items() if "sea" in some} == chosen
            assert labels.every(c, "tag") == ["Later", "sea"]
        assert not app.reader.headlines.selected
        for _ in range(3):  # tag, read, star
            await press(pilot, "U")
        assert ids(library, Query(starred=True)) == ids(library, Query(text="is:read ")) == []
        with closing(connect(library)) as c:
            assert {name for some in labels.tags_of(c, ids(library)).values() for name in some} == {"Later"}
        await press(pilot, "ctrl+a")
        assert len(app.reader.headlines.selected) == len(ids(library))
        await press(pilot, "ctrl+a")
        assert not app.reader.headlines.selected


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_undo_gives_back_who_had_set_a_status(library: Path, *, is_restarted: bool) -> None:
    """What only the user changed and undid is not the user's own: it expires, and a rule takes it back."""
    with closing(connect(library)) as c:
        rule = rules.add(c, Rule(query="a", read=True, star=True, tags=("sea",)), NOW)
        _, by_rule, *others = ids(library)
        rules.apply(c, rule, [by_rule])
        own = others[0]
        user_edits.mark(c, [own], read=False)
        before = statuses.origins(c, [by_rule, *others]), user_edits.with_status(c, others, "read", value=False)
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "g", "j", "f", "m", "T", *"sea", "enter", "escape", "A")
        with closing(connect(library)) as c:
            assert statuses.origins(c, [by_rule, *others]) != before[0]
            assert not user_edits.with_status(c, others, "read", value=False)
        if not is_restarted:
            await press(pilot, "U", "U", "U", "U")
    if is_restarted:
        app = reader(library)
        async with app.run_test(size=WIDE, notifications=True) as pilot:
            await settle(pilot)
            await press(pilot, "U")
            assert "Nothing left to undo in this session · U again: mark " in " ".join(screen_text(app).split())
            await press(pilot, "U", "U", "U", "U")
    with closing(connect(library)) as c:
        left = user_edits.with_status(c, others, "read", value=False)
        assert (statuses.origins(c, [by_rule, *others]), left) == before
        library_rules.expire(c, NOW, 0, 1)
        left = [articles.get(c, id_).feed_id for id_ in user_edits.with_status(c, others, "read", value=False)]
        assert len(left) == len({*left}) + 1  # one of each feed, and the one that the user had marked unread
        rules.take_back(c, rule)
        assert articles.status(c, by_rule) == Status()
        assert not labels.tags_of(c, [by_rule]).get(by_rule)


async def test_one_selected_article_is_acted_on_wherever_the_cursor_is(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        first = ids(library)[0]
        await press(pilot, "v", "j", "j", "f")
        assert ids(library, Query(starred=True)) == [first]
        assert "Starred 1 article" in screen_text(app)
        await press(pilot, "g", "v", "j", "j", "m")
        assert ids(library, Query(text="is:read ")) == [first]


async def test_several_chosen_feeds_are_moved_at_once(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        for name in ("Harbour Weekly", "Notes"):
            await point(pilot, name)
            await press(pilot, "v")
        await press(pilot, "T")
        assert "Move 2 feeds to folder" in screen_text(app)
        await press(pilot, *"Ships", "enter")
        with closing(connect(library)) as c:
            names = {folder.id: folder.name for folder in folders.every(c)}
            assert sorted(names.get(feed.folder_id or 0, "") for feed in feeds.every(c)) == ["News", "Ships", "Ships"]
        assert "Moved 2 feeds to Ships · U: undo" in screen_text(app)
        await press(pilot, "U")
        with closing(connect(library)) as c:
            names = {folder.id: folder.name for folder in folders.every(c)}
            assert sorted(names.get(feed.folder_id or 0, "") for feed in feeds.every(c)) == ["", "News", "Sea"]
        assert "Moved 2 feeds back to their folders" in screen_text(app)


async def test_the_foot_of_an_article_has_its_tags(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        assert app.reader.article.progress.startswith("#Later")
        await press(pilot, "f", "T", *"sea", "enter", "escape")
        assert app.reader.article.progress.startswith("★ · #Later #sea")
        await press(pilot, "U")
        assert app.reader.article.progress.startswith("★ · #Later")
        await press(pilot, "T", *"very-long" * 8, "enter", "escape")
        assert "…" in app.reader.article.progress
        assert len(app.reader.article.progress) < 40


async def test_the_foot_of_an_article_says_whether_it_is_starred(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        assert "★" not in app.reader.article.progress
        await press(pilot, "f")
        assert app.reader.article.progress.startswith("★")
        await press(pilot, "U")
        assert "★" not in app.reader.article.progress


async def test_a_selected_row_has_its_sign_wherever_the_cursor_is(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "v", "V")
        assert len(app.reader.headlines.selected) == 2
        assert screen_text(app).count("✓") == 2
        await press(pilot, "tab")
        assert screen_text(app).count("✓") == 2
        await press(pilot, "h", "escape")
        assert screen_text(app).count("✓") == 0
        assert app.reader.pane == "sidebar"


async def test_all_feeds_of_a_folder_are_moved_which_renames_it(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await point(pilot, "Sea")
        await press(pilot, "T", *"Ocean")
        assert "Rename “Sea”, or move its feed" in screen_text(app)
        assert "enter rename" in screen_text(app)
        await press(pilot, "enter")
        assert "Renamed Sea to Ocean" in screen_text(app)
        with closing(connect(library)) as c:
            assert "Ocean" in [folder.name for folder in folders.every(c)]
            assert "Sea" not in [folder.name for folder in folders.every(c)]
        tree = app.reader.sidebar.feed_tree
        assert tree.pointed is not None
        assert tree.pointed.name == "Ocean"
        await press(pilot, "U")
        assert "Renamed Ocean back to Sea" in screen_text(app)
        assert tree.pointed.name == "Sea"
        with closing(connect(library)) as c:
            assert "Sea" in [folder.name for folder in folders.every(c)]


async def test_a_filter_follows_a_folder_that_is_renamed_and_ends_with_it(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await point(pilot, "Sea")
        await press(pilot, "enter")
        there = titles(app)
        assert there
        await press(pilot, "T", *"Ocean", "enter")
        await settle(pilot)
        assert "Ocean" in screen_text(app).splitlines()[0]
        assert titles(app) == there
        await press(pilot, "U")
        await settle(pilot)
        assert "Sea" in screen_text(app).splitlines()[0]
        assert titles(app) == there


async def test_a_saved_search_is_named_by_its_query_unless_another_name_is_typed(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"harbour", "enter", "S", "enter")
        with closing(connect(library)) as c:
            assert [(each.name, each.query) for each in ui_state.searches(c)] == [("harbour*", "harbour*")]
        await press(pilot, "S", "backspace", "enter")
        assert "Type a name for the search" in screen_text(app)
        assert app.reader.bottom.is_asking
        await press(pilot, "escape")


async def test_an_invalid_query_stays_in_its_prompt(library: Path) -> None:
    with closing(connect(library)) as c:
        ui_state.put_search(c, "Mine", "harbour")
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await point(pilot, "Mine")
        await press(pilot, "e", *" is:foo", "enter")
        assert "use unread, read, starred or hidden" in screen_text(app)
        assert "harbour is:foo" in screen_text(app)
        await press(pilot, *["backspace"] * 7, "enter")
        assert not app.reader.bottom.is_asking
        with closing(connect(library)) as c:
            assert [each.query for each in ui_state.searches(c)] == ["harbour"]


async def test_rules_and_searches_go_along_with_the_feeds_of_a_folder_and_back(library: Path) -> None:
    with closing(connect(library)) as c:
        for feed in feeds.every(c):
            folders.put(c, feed.id, folders.add(c, "All").id)
        rule = rules.add(c, Rule("harbour", star=True, folder_id=folders.find(c, "All").id), NOW)
        ui_state.put_search(c, "Of all", 'folder="All"')
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await point(pilot, rows_of(app, "feeds")[0])
        for keys, folder in ((("v", "j", "v", "j", "v", "T", *"Ships", "enter"), "Ships"), (("U",), "All")):
            await press(pilot, *keys)
            with closing(connect(library)) as c:
                assert rules.get(c, rule.id).folder_id == folders.find(c, folder).id
                assert ui_state.searches(c)[0].query == f'folder="{folder}"'


async def test_a_slip_takes_no_feed_out_of_its_folder(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await point(pilot, rows_of(app, "feeds")[0])
        await press(pilot, "T", "enter")
        with closing(connect(library)) as c:
            assert sum(feed.folder_id is not None for feed in feeds.every(c)) == 2


async def test_each_telling_apart_hides_no_feed(library: Path) -> None:
    shelve(library, "Silent", [])
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        before = rows_of(app, "feeds")
        assert "Silent" in before
        await press(pilot, "+")
        assert rows_of(app, "feeds") == before
        await press(pilot, "H")
        assert app.reader.wanted.text == "is:hidden "


async def test_the_right_button_files_feeds_and_articles(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        rows = app.reader.sidebar.feed_tree
        row = next(at for at, row in enumerate(rows.rows) if row.name == "Notes")
        place = next(line for line, place in enumerate(rows.places()) if place.item == row)
        await pilot.click(rows, offset=(5, rows.HEAD + place), button=3)
        await settle(pilot)
        assert isinstance(app.screen, PickScreen)
        assert app.reader.wanted == Query()  # it was not chosen
        folder_rows = app.screen.query_one(ChoiceList)
        sea = next(at for at in range(folder_rows.row_count()) if "Sea" in folder_rows.row_lines(at)[0][1][0])
        await pilot.click(folder_rows, offset=(6, sea))
        await settle(pilot)
        with closing(connect(library)) as c:
            feed = next(each for each in feeds.every(c) if each.name == "Notes")
            assert {folder.id: folder.name for folder in folders.every(c)}[feed.folder_id or 0] == "Sea"
        headlines = app.reader.headlines
        await pilot.click(headlines, offset=(5, headlines.HEAD), button=3)
        await settle(pilot)
        assert isinstance(app.screen, PickScreen)
        assert "Tags of" in screen_text(app)
        await press(pilot, *"sea", "enter", "escape")
        with closing(connect(library)) as c:
            assert [name for some in labels.tags_of(c, ids(library)[:1]).values() for name in some] == ["Later", "sea"]
        await pilot.click(headlines, offset=(5, headlines.size.height - 1), button=3)


async def test_a_feed_is_moved_to_another_folder_and_back(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        name = "Harbour Weekly"
        await point(pilot, name)
        await press(pilot, "T")
        await press(pilot, *"Ships", "enter")
        with closing(connect(library)) as c:
            feed = next(each for each in feeds.every(c) if each.name == name)
            assert {folder.id: folder.name for folder in folders.every(c)}[feed.folder_id or 0] == "Ships"
        assert "Ships" in rows_of(app, "folders")
        await press(pilot, "U")
        with closing(connect(library)) as c:
            feed = next(each for each in feeds.every(c) if each.name == name)
            assert {folder.id: folder.name for folder in folders.every(c)}[feed.folder_id or 0] == "Sea"


async def test_what_is_shown_is_saved_as_a_search_chosen_and_removed(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "S")
        assert "Search or filter first, then save" in screen_text(app)
        await point(pilot, "News")
        await press(pilot, "enter", "l", "slash", *"harbour", "enter")
        found = titles(app)
        await press(pilot, "S", *"My Sea", "enter")
        with closing(connect(library)) as c:
            (kept,) = ui_state.searches(c)
        assert (kept.name, kept.query) == ("My Sea", 'folder="News" harbour*')
        await press(pilot, "U")
        assert rows_of(app, "search") == ["My Sea"]  # x deletes it, and asks
        await press(pilot, "c")
        tree = app.reader.sidebar.feed_tree
        await point(pilot, "My Sea")
        assert tree.pointed is not None
        assert tree.pointed.total == len(found)
        await press(pilot, "enter")
        assert sorted(titles(app)) == sorted(found)
        assert tree.chosen == {("search", kept.id)}
        await press(pilot, "x", "enter")  # the question begins with the answer that deletes nothing
        assert rows_of(app, "search") == ["My Sea"]
        await press(pilot, "x", "j", "enter")
        assert rows_of(app, "search") == []
        await press(pilot, "U")
        assert rows_of(app, "search") == ["My Sea"]


async def test_a_search_with_a_mistake_is_not_saved_and_all_leaves_a_saved_one(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"is:foo", "enter", "S")
        assert "“is:foo”: use unread, read" in screen_text(app)
        assert not app.reader.bottom.is_asking
        await press(pilot, "escape", "slash", *"harbour ", "enter", "S", "enter", "c")
        assert rows_of(app, "search") == ["harbour"]
        await point(pilot, "harbour")
        await press(pilot, "enter")
        assert app.reader.wanted.text.strip() == "harbour"
        await press(pilot, "g", "enter")
        assert app.reader.wanted == Query()


async def test_a_feed_in_a_folded_folder_has_the_cursor_when_it_is_found(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        tree = app.reader.sidebar.feed_tree
        await point(pilot, "Sea")
        await press(pilot, "minus", "g")
        assert "Harbour Weekly" not in rows_of(app, "feeds")
        await press(pilot, "slash", *"weekly", "enter")
        assert tree.pointed is not None
        assert tree.pointed.name == "Harbour Weekly"
        assert app.reader.wanted.feeds == (tree.pointed.key[1],)


async def test_a_rule_is_typed_with_what_it_would_have_caught(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        before = titles(app)
        await press(pilot, "exclamation_mark")
        assert isinstance(app.screen, RulesScreen)
        await press(pilot, "enter")
        assert "Enter a query" in screen_text(app)
        await press(pilot, *"title:harbour")
        hidden = [title for title in before if "arbour" in title and "Harbours" not in title]
        assert f"{len(hidden)} articles in the last 90 days" in screen_text(app)
        assert hidden[0] in screen_text(app)
        await press(pilot, "enter")
        assert "Select at least one action" in screen_text(app)
        await press(pilot, "down", "enter", *["down"] * 7, "enter", *["up"] * 8, "enter")  # for what is here, too
        left = [title for title in before if title not in hidden]
        await until(pilot, lambda: titles(app) == left)
        assert f"Created rule, applied to {len(hidden)} articles" in screen_text(app)
        await press(pilot, "slash", *"is:hidden", "enter", "enter")
        assert "Hidden by rule: title:harbour" in screen_text(app)
        await press(pilot, "escape", "c", "exclamation_mark")
        assert "hide: title:harbour" in screen_text(app)
        await press(pilot, *["down"] * 9, "enter")  # it is edited
        assert "Edit rule" in screen_text(app)
        await press(pilot, *["down"] * 9)
        assert "enter delete" in screen_text(app)
        await press(pilot, "enter")
        await until(pilot, lambda: titles(app) == before)
        with closing(connect(library)) as c:
            assert rules.every(c) == []
        await press(pilot, "U")  # removing it is taken back
        await until(pilot, lambda: titles(app) == left)
        await press(pilot, "U")  # so is making it
        await until(pilot, lambda: titles(app) == before)
        with closing(connect(library)) as c:
            assert rules.every(c) == []


async def edit_the_rule(pilot: Pilot[None]) -> None:
    """Open the dialog of the rules, and there the only rule."""
    await press(pilot, "exclamation_mark", *["down"] * 9, "enter")


async def test_a_rule_is_edited_and_undo_brings_the_former_one_back(library: Path) -> None:
    with closing(connect(library)) as c:
        feed = articles.get(c, ids(library)[0]).feed_id
        old = library_rules.keep(c, Rule("title:harbour", read=True, feed_id=feed, until=NOW + timedelta(days=3)), NOW)
        library_rules.apply(c, old)
        before = rules.done_by(c, old)
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await edit_the_rule(pilot)
        text = screen_text(app)
        assert "Edit rule" in text
        assert "✓ Mark as read" in text
        assert "title:harbour" in text
        assert f"{(NOW + timedelta(days=3)):%Y-%m-%d}" in text
        await press(pilot, *" is:unread", "down", "down", "down", "enter", "up", "up", "up", "enter")
        assert "Saved rule · U: undo" in screen_text(app)
        with closing(connect(library)) as c:
            assert rules.done_by(c, old) == before  # nothing is applied without being asked
            (new,) = rules.every(c)
            assert (new.query, new.read, new.star, new.feed_id) == ("title:harbour is:unread", True, True, feed)
            assert new.until == old.until
        await press(pilot, "U")
        with closing(connect(library)) as c:
            (back,) = rules.every(c)
            assert back == old
            assert rules.done_by(c, back) == before
        await edit_the_rule(pilot)
        await press(pilot, "down", "enter", *["down"] * 7, "enter", *["up"] * 8, "enter")  # hide, applied
        assert "Saved rule, applied to" in screen_text(app)
        with closing(connect(library)) as c:
            assert {bits & HIDE for bits in rules.done_by(c, old).values()} == {HIDE}
        await press(pilot, "U")
        with closing(connect(library)) as c:
            assert rules.every(c) == [old]
            assert rules.done_by(c, old) == before


async def test_a_rule_that_cannot_be_saved_stays_as_it_was(library: Path) -> None:
    with closing(connect(library)) as c:
        rule = library_rules.keep(c, Rule("title:harbour", hide=True, feed_id=feeds.every(c)[0].id), NOW)
        library_rules.apply(c, rule)
        before = rules.done_by(c, rule)
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await edit_the_rule(pilot)
        app.screen.query_one(Input).value = "word " * 600
        await press(pilot, "enter")
        assert "The query is too long" in screen_text(app)
        app.screen.query_one(Input).value = "title:harbour"
        with closing(connect(library)) as c:
            assert (rules.every(c), rules.done_by(c, rule)) == ([rule], before)
            subscription.unsubscribe(c, rule.feed_id or 0)
        await press(pilot, "enter")
        assert "No rule with ID" in screen_text(app)


async def test_an_undo_that_fails_loses_no_rule(library: Path) -> None:
    with closing(connect(library)) as c:
        feed = feeds.every(c)[0].id
        library_rules.keep(c, Rule("title:harbour", read=True, feed_id=feed), NOW)
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await edit_the_rule(pilot)
        await press(pilot, *["down"] * 6, "enter", *"All", "enter", *["up"] * 6, "enter")  # for all feeds
        with closing(connect(library)) as c:
            (saved,) = rules.every(c)
            assert saved.feed_id is None
            subscription.unsubscribe(c, feed)
        await press(pilot, "U")
        assert "cannot be undone" in screen_text(app)
        with closing(connect(library)) as c:
            assert rules.every(c) == [saved]


def test_of_a_rule_that_gives_other_tags_its_memory_stays(library: Path) -> None:
    with closing(connect(library)) as c:
        rule = library_rules.keep(c, Rule("title:harbour", tags=("one", "two", "three")), NOW)
        library_rules.apply(c, rule)
        some = list(rules.done_by(c, rule))
        changed = replace(rule, tags=("three", "new", "one"))
        library_rules.change(c, changed)
        assert {frozenset(names) for names in labels.tags_of(c, some).values()} >= {frozenset({"one", "two", "three"})}
        library_rules.remove(c, changed, take_back=True)
        assert all("one" not in names and "three" not in names for names in labels.tags_of(c, some).values())
        assert all("two" in labels.tags_of(c, some)[id_] for id_ in some)


async def test_an_expired_rule_is_not_saved(library: Path) -> None:
    with closing(connect(library)) as c:
        library_rules.keep(c, Rule("title:harbour", read=True, until=NOW - timedelta(days=3)), NOW)
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await edit_the_rule(pilot)
        await press(pilot, "enter")
        assert "The rule has expired" in screen_text(app)


async def test_a_rule_for_a_feed_with_tags_and_an_end(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "exclamation_mark", "down", "down", "enter", "down", "enter", "down", "enter")
        await press(pilot, "down", "enter", *"Sea", "enter", "escape")  # tags
        await press(pilot, "down", "enter", "down", "enter")  # for this feed
        await press(pilot, "down", "enter", *"2020-01-01", "enter")
        assert "is in the past" in screen_text(app)
        await press(pilot, *"soonish", "enter")
        assert "is not a date" in screen_text(app)
        assert app.screen.query_one(Input).value == "soonish"  # to be corrected
        await press(pilot, "ctrl+u", "down", "down", "enter")  # in a week
        await press(pilot, *["up"] * 7, "enter")
        with closing(connect(library)) as c:
            (rule,) = rules.every(c)
            assert (rule.hide, rule.read, rule.star, rule.keep, rule.tags) == (False, True, True, True, ("Sea",))
            assert rule.feed_id == articles.get(c, ids(library)[0]).feed_id
            assert rule.until is not None
            assert rules.counts(c) == {}


async def test_a_rule_is_for_one_of_two_feeds_of_the_same_name_and_for_no_unsubscribed_feed(library: Path) -> None:
    with closing(connect(library)) as c:
        weekly = next(feed for feed in feeds.every(c) if feed.title == "Harbour Weekly")
        notes = next(feed for feed in feeds.every(c) if feed.title == "Notes")
        review = next(feed for feed in feeds.every(c) if feed.title == "The Example Review")
        feeds.rename(c, weekly.id, "Notes")
        subscription.leave(c, review.id, NOW)
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "exclamation_mark", *"sea", *["down"] * 6, "enter")
        text = screen_text(app)
        assert f"Feed: {weekly.url}" in text
        assert f"Feed: {notes.url}" in text
        assert "Feed: The Example Review" not in text
        app.screen.query_one(Input).value = weekly.url
        await press(pilot, "enter", *["up"] * 4, "enter", *["up"] * 2, "enter")
        with closing(connect(library)) as c:
            assert [rule.feed_id for rule in rules.every(c)] == [weekly.id]


async def test_marking_what_is_above_below_or_older_says_how_many(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        every = ids(library)
        await press(pilot, "j", "j", "M")
        assert isinstance(app.screen, ChooseScreen)
        assert f"Below the cursor{' ' * 3}" in screen_text(app)
        await press(pilot, "j", "enter")
        assert "Marked 2 articles as read" in screen_text(app)
        assert set(ids(library, Query(text="is:read "))) == set(every[:2])
        await press(pilot, "M", "j", "enter")  # what is above is read already, and not offered any more
        assert set(ids(library, Query(unread=True))) == {every[2]}
        await press(pilot, "U", "U")
        assert ids(library, Query(unread=True)) == every


async def test_what_arrives_while_the_dialog_is_open_is_not_marked(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j", "M")
        shelve(library, "Later", [Piece("Later", -1)])
        assert ids(library)[0] not in app.reader.headlines.ids()
        await press(pilot, "j", "enter")  # what is above the cursor
        assert "Marked 2 articles as read" in screen_text(app)


async def test_a_row_of_the_sidebar_is_marked_whole(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        app.reader.sidebar.authors.focus()
        await press(pilot, "A")
        assert "Marked 12 articles as read" in screen_text(app)
        with closing(connect(library)) as c:
            assert article_lists.count(c, Query(authors=("Ann",), unread=True)) == 0
            assert article_lists.count(c, Query(unread=True)) == len(REVIEW) + len(NOTES)


async def test_what_was_done_is_taken_back_after_a_restart(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "f", "A")
        await settle(pilot)
        await pilot.press("ctrl+q")
    assert ids(library, Query(unread=True)) == []
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "U")
        assert "Nothing left to undo in this session" in screen_text(app)
        assert ids(library, Query(unread=True)) == []
        await press(pilot, "U")
        assert ids(library, Query(unread=True)) == ids(library)
        await press(pilot, "U")
        assert ids(library, Query(starred=True)) == []
        await press(pilot, "U")
        assert "Nothing to undo" in screen_text(app)


@pytest.mark.parametrize(
    ("typed", "whole"),
    [("aut", "author:"), ("harbour is:un", "harbour is:unread"), ("category:Ele", "category:Elections"),
     ('author="And', 'author="Andrew Zirkle"'), ("-folder=Se", "-folder=Sea"), ("zzz", "zzz"),
     ("has:p", "has:picture")],
)  # fmt: skip
async def test_fields_and_names_are_completed_as_one_types(library: Path, typed: str, whole: str) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "slash")
        for sign in typed:
            await press(
                pilot,
                sign
                if sign.isalnum()
                else {":": "colon", "=": "equals_sign", '"': "quotation_mark", "-": "minus", " ": "space"}[sign],
            )
        await settle(pilot)
        await press(pilot, "right")
        assert app.reader.wanted.text == whole


async def test_a_filter_in_the_tree_finds_the_feed_and_not_its_folder(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        tree = app.reader.sidebar.feed_tree
        tree.focus()
        await press(pilot, "slash", *"harbo")
        assert tree.pointed is not None
        assert tree.pointed.name == "Harbour Weekly"
        await press(pilot, "enter")
        with closing(connect(library)) as c:
            harbour = next(feed.id for feed in feeds.every(c) if feed.name == "Harbour Weekly")
        assert app.reader.wanted.feeds == (harbour,)
        assert app.reader.wanted.folders == ()


async def test_a_filter_in_the_tree_finds_feeds_without_articles_in_the_selection(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.reader.sidebar.categories.focus()
        await press(pilot, "slash", *"harbours", "enter")
        assert "The Example Review" not in rows_of(app, "feeds")
        app.reader.sidebar.feed_tree.focus()
        await press(pilot, "slash", *"exam")
        assert rows_of(app, "folders", "feeds") == ["News", "The Example Review"]


async def test_undo_says_what_it_changes(library: Path) -> None:
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "v", "v", "T", *"sea", "enter", "escape", "U")
        assert "Removed tag “sea” (2 articles)" in screen_text(app)
        await press(pilot, "g", "f")
        current = app.reader.headlines.current
        assert current is not None
        await pilot.press("ctrl+q")
    app = reader(library)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "U")
        assert f"U again: unstar: {current.title}" in [*app._notifications][-1].message
