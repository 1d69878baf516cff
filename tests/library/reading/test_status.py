from contextlib import closing
from pathlib import Path

import pytest

from support.factories import ready, save
from tuireader.library.reading import user_edits
from tuireader.model.article import Totals
from tuireader.model.query import Query
from tuireader.store import articles, statuses, ui_state
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists


def test_marking_all_read_is_undone_for_those_that_changed_only(db: Path) -> None:
    with closing(connect(db)) as c:
        save(c, ready("1", categories=("K",)), ready("2", categories=("K",)), ready("3"))
        already, *_ = article_lists.ids(c, Query(categories=("K",)))
        user_edits.mark(c, [already], read=True)
        changed = user_edits.to_mark_read(c, Query(categories=("K",)))
        user_edits.mark(c, changed, read=True)
        assert len(changed) == 1
        assert article_lists.totals(c, Query()) == Totals(all=3, unread=1, starred=0)
        user_edits.mark(c, changed, read=False)
        assert article_lists.totals(c, Query()) == Totals(all=3, unread=2, starred=0)
        assert articles.status(c, already).read


def test_marks_are_set_apart(db: Path) -> None:
    with closing(connect(db)) as c:
        save(c, ready("1"))
        (id_,) = article_lists.ids(c, Query())
        user_edits.mark(c, [id_], starred=True)
        assert (articles.status(c, id_).read, articles.status(c, id_).starred) == (False, True)


def test_where_there_is_nothing_to_mark_there_is_nothing(db: Path) -> None:
    with closing(connect(db)) as c:
        assert user_edits.to_mark_read(c, Query()) == []
        assert not user_edits.Marking([], read=True).step(c)


def test_many_are_marked_in_steps_between_which_others_write(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statuses, "AT_FIRST", 2)
    monkeypatch.setattr(statuses, "AT_LEAST", 2)
    monkeypatch.setattr(statuses, "SECONDS", 0.0)
    with closing(connect(db)) as c, closing(connect(db)) as other:
        save(c, *(ready(str(number)) for number in range(5)))
        ids = user_edits.to_mark_read(c, Query())
        assert ids == sorted(ids)
        waited: list[int] = []

        def write_meanwhile(_: float) -> None:
            waited.append(article_lists.totals(other, Query()).unread)
            ui_state.save(other, "theme", "nord")

        monkeypatch.setattr("time.sleep", write_meanwhile)
        user_edits.mark(c, ids, read=True)
        assert waited == [3, 1]
        assert article_lists.totals(other, Query()).unread == 0
