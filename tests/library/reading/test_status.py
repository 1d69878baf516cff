from contextlib import closing
from pathlib import Path

from support.factories import ready, save
from tuireader.library.reading import status
from tuireader.model.article import Totals
from tuireader.model.query import Query
from tuireader.store import articles, label_counts
from tuireader.store.connection import connect


def test_marking_all_read_is_undone_for_those_that_changed_only(db: Path) -> None:
    with closing(connect(db)) as c:
        save(c, ready("1", categories=("K",)), ready("2", categories=("K",)), ready("3"))
        already, *_ = articles.ids(c, Query(categories=("K",)))
        status.mark(c, [already], read=True)
        changed = status.mark_all_read(c, Query(categories=("K",)))
        assert len(changed) == 1
        assert label_counts.totals(c, Query()) == Totals(all=3, unread=1, starred=0)
        status.mark(c, changed, read=False)
        assert label_counts.totals(c, Query()) == Totals(all=3, unread=2, starred=0)
        assert articles.status(c, already).read


def test_marks_are_set_apart(db: Path) -> None:
    with closing(connect(db)) as c:
        save(c, ready("1"))
        (id_,) = articles.ids(c, Query())
        status.mark(c, [id_], starred=True)
        assert (articles.status(c, id_).read, articles.status(c, id_).starred) == (False, True)


def test_where_there_is_nothing_to_mark_nothing_changed(db: Path) -> None:
    with closing(connect(db)) as c:
        assert status.mark_all_read(c, Query()) == ()
