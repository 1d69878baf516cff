"""Duplicates: articles of several feeds with the same text form a story, found while indexing.

The longest of them is shown in lists; the others are `aside` and shown only in the list of their own feed. Status
changes apply to all of them.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tuireader.model import feed
from tuireader.model.article import utc_now
from tuireader.model.query import TAG, TAG_SEPARATOR, tags_given
from tuireader.store import labels, status_outbox
from tuireader.store.connection import transaction
from tuireader.store.row_values import READ_APART, id_list, name_key, plain, text_of
from tuireader.text.shingles import Sketch, is_short, likeness, retained, title_key
from tuireader.urls.identity import is_front_page, same_place, same_site

ELSEWHERE = 2
"""Value of `aside` for a duplicate that lists do not show, because another article of its story is shown for it."""
_CANDIDATES_MAX = 8
"""Maximum number of candidates that an article is compared with, the most similar first."""
_FEW, _MANY = 12, 50
"""Minimum shingles of a text that can be compared; and of one that may have been edited."""
_AT_ONE_ADDRESS = 50
"""Maximum articles at one address that are examined: with more, it is a page that many articles link to."""
_TELLINGS = 50
"""Maximum articles of a story."""
_APART = 3 * 86_400
"""Maximum seconds between duplicates at different addresses."""
_NEARLY_SAME, _EDITED, _PART = 0.9, 0.6, 0.95
"""Minimum similarity of duplicates: with different titles, with the same title, and of an excerpt to the whole."""
_OTHER = 0.3
"""Maximum similarity of an article and a comment about it at the same address."""
_COMPARED = 100_000
"""Maximum characters of HTML that are compared."""
_CONTAINED_SHARE = 0.8
"""Minimum share of a text that is held by one from elsewhere."""
_NUMBER = re.compile(r"\d+")


def join(c: sqlite3.Connection, feed_id: int, new: Mapping[int, Sketch]) -> None:
    """Find duplicates of a feed's new articles in other feeds, and join their stories, in the caller's transaction.

    The hashes of their sketches are stored for later comparisons. New articles that have a story already are not
    compared.
    """
    hashes = {article_id: sketch.hashes for article_id, sketch in new.items()}
    store_hashes(c, hashes)
    compared = stories_of(c, new)
    alone = {article_id: hashes for article_id, hashes in hashes.items() if article_id not in compared}
    for article_id, others in _candidates(c, feed_id, alone).items():
        different: set[int] = set()
        for other in others:
            if other in different or _story_has_feed(c, other, feed_id):
                continue
            # With each of its story: else one article could tie others that have nothing in common.
            told = with_others(c, [other])
            if len(told) < _TELLINGS and all(_is_same(c, article_id, each) for each in told[:_CANDIDATES_MAX]):
                _join_stories(c, article_id, other)
                break
            different.update(told)


def _candidates(c: sqlite3.Connection, feed_id: int, new: Mapping[int, Sequence[int]]) -> dict[int, list[int]]:
    """Articles of other feeds that may be duplicates, by new article, the likeliest first; most have none."""
    found: dict[int, list[int]] = defaultdict(list)
    for article_id, other in _at_same_address(c, feed_id, new):
        found[article_id].append(other)
    for article_id, others in in_common(c, new, feed_id).items():
        found[article_id] += others
    return {article_id: others[:_CANDIDATES_MAX] for article_id, others in found.items()}


def _at_same_address(c: sqlite3.Connection, feed_id: int, new: Iterable[int]) -> list[tuple[int, int]]:
    rows = c.execute(
        "SELECT a.id, o.id FROM json_each(?) AS w CROSS JOIN article AS a ON a.id = w.value"
        " CROSS JOIN article AS o ON o.id IN (SELECT id FROM article INDEXED BY article_by_link"
        f" WHERE link_key = a.link_key LIMIT {_AT_ONE_ADDRESS}) AND o.feed_id <> ? WHERE a.link <> '' LIMIT 1000",
        (id_list(new), feed_id),
    )
    return [(row[0], row[1]) for row in rows.fetchall()]


def _story_has_feed(c: sqlite3.Connection, article_id: int, feed_id: int) -> bool:
    """Whether the story of an article already includes one of a feed: two of one feed are never duplicates."""
    sql = "SELECT 1 FROM article AS a JOIN article AS s ON s.story = a.story WHERE a.id = ? AND s.feed_id = ? LIMIT 1"
    return c.execute(sql, (article_id, feed_id)).fetchone() is not None


def _is_same(c: sqlite3.Connection, new: int, other: int) -> bool:
    rows = c.execute(
        "SELECT a.title, a.link, a.link_key, a.date, f.url FROM article AS a JOIN feed AS f ON f.id = a.feed_id"
        " WHERE a.id IN (?, ?) ORDER BY a.id",
        (new, other),
    ).fetchall()
    if len(rows) < 2:  # one of them is gone
        return False
    titles, links = [text_of(row[0]) for row in rows], [text_of(row[1]) for row in rows]
    key, other_key = (row[2] for row in rows)
    is_at_same_place = links[0] and links[0].partition("#")[2] == links[1].partition("#")[2]
    if key == other_key and is_at_same_place and _is_article_address(c, links[0], key):
        given, whole = _texts(c, new, other)
        urls = [text_of(row[4]) for row in rows]
        ranks = [2 if url == feed.PAGES else int(same_site(url, links[0])) for url in urls]
        if same_place(*urls):  # one feed, which an account follows, too
            ranks = []
        return _agree(titles, given, ranks) or (given != whole and _agree(titles, whole, ranks))
    is_of_one_site = key != other_key and same_site(*links)  # which gives each article an address of its own
    if is_of_one_site or abs(rows[0][3] - rows[1][3]) > _APART or _are_of_a_series(*titles):
        return False
    return _are_alike(titles, _texts(c, new, other)[1])


def _texts(c: sqlite3.Connection, *ids: int) -> tuple[list[str], list[str]]:
    """Plain texts of articles by id: first as given by their feeds; second the full texts, where fetched."""
    found = dict.fromkeys(ids, (None, None))
    sql = "SELECT article_id, html, full_html FROM body WHERE article_id IN (SELECT value FROM json_each(?))"
    found |= {id_: (html, full_html) for id_, html, full_html in c.execute(sql, (id_list(ids),)).fetchall()}
    rows = [found[id_] for id_ in sorted(ids)]
    given = [plain(html, _COMPARED) for html, _ in rows]
    return given, [plain(full, _COMPARED) if full else text for (_, full), text in zip(rows, given, strict=True)]


def _agree(titles: Sequence[str], texts: Sequence[str], ranks: Sequence[int]) -> bool:
    """Whether two articles at the same address are duplicates; a comment about an article is not.

    `ranks`: 2 for a saved page, 1 if the feed is on the site of the address, else 0; empty if both are of the same
    feed. The longer text is shown for both: it must contain the other, unless it has a higher rank.
    """
    alike, is_same_title = likeness(*texts), title_key(titles[0]) == title_key(titles[1])
    short, long = sorted((0, 1), key=lambda each: len(texts[each]))
    if not ranks or ranks[long] > ranks[short] or (is_short(texts[long], _FEW) and not ranks[short]):
        return alike.of_shorter > _OTHER if alike.shingles >= _FEW else is_same_title
    is_held = bool(texts[short]) and retained(texts[short], texts[long]) >= _CONTAINED_SHARE
    return is_held and (is_same_title or (alike.shingles >= _FEW and alike.of_both >= _EDITED))


def _are_of_a_series(one: str, other: str) -> bool:
    """Whether two different titles contain different numbers, as in a series."""
    return title_key(one) != title_key(other) and _NUMBER.findall(one) != _NUMBER.findall(other)


def _are_alike(titles: Sequence[str], texts: Sequence[str]) -> bool:
    alike = likeness(*texts)
    if title_key(titles[0]) != title_key(titles[1]):
        # What many articles say alike, such as that they are for subscribers, makes no story of two.
        one, other = (set(title_key(title).split()) for title in titles)
        enough = _MANY if one & other else 3 * _MANY
        return alike.shingles >= enough and alike.of_both >= _NEARLY_SAME
    if alike.shingles < _FEW:
        return False
    return alike.of_shorter >= _PART or (alike.shingles >= _MANY and alike.of_both >= _EDITED)


def _is_article_address(c: sqlite3.Connection, link: str, link_key: int) -> bool:
    """Whether an address is that of a single article: not a front page, nor linked by several articles of one feed."""
    if is_front_page(link):
        return False
    some = f"SELECT feed_id FROM article INDEXED BY article_by_link WHERE link_key = ? LIMIT {_AT_ONE_ADDRESS}"
    return c.execute(f"SELECT 1 FROM ({some}) GROUP BY feed_id HAVING count(*) > 1", (link_key,)).fetchone() is None


def _join_stories(c: sqlite3.Connection, new: int, other: int) -> None:
    """Join two articles and their stories; if the user has read one of the others, all become read."""
    story = min(stories_of(c, (new, other)).values(), default=None)
    story = _free_story(c, other) if story is None else story
    members = set(with_others(c, [new, other]))
    ids = id_list(members)
    sql = "SELECT 1 FROM article WHERE id = ? AND read = 0 AND unasked = ?"
    is_back = c.execute(sql, (new, READ_APART)).fetchone() is not None  # since it was marked unread elsewhere
    if not is_back and _is_read(c, members - {new}):
        status_outbox.note(c, ids, "read", 1, utc_now())
        labels.write_status(c, "read", 1, ids)
        c.execute("UPDATE article SET unasked = 0 WHERE id IN (SELECT value FROM json_each(?))", (ids,))
    c.execute("UPDATE article SET story = ? WHERE id IN (SELECT value FROM json_each(?))", (story, ids))
    settle(c, [story])


def pass_stars_on(c: sqlite3.Connection, feed_id: int) -> None:
    """Star duplicates, in other feeds, of a feed's starred articles, before the feed's articles are removed."""
    rows = c.execute(
        "SELECT DISTINCT o.id FROM article AS a INDEXED BY article_by_feed"
        " CROSS JOIN article AS o INDEXED BY article_by_story ON o.story = a.story AND o.feed_id <> a.feed_id"
        " WHERE a.feed_id = ? AND a.starred = 1 AND o.starred = 0",
        (feed_id,),
    ).fetchall()
    ids = id_list(row[0] for row in rows)
    status_outbox.note(c, ids, "starred", 1, utc_now())
    labels.write_status(c, "starred", 1, ids)


def _free_story(c: sqlite3.Connection, article_id: int) -> int:
    """An unused story number for an article: its id, or the next free number if that story has articles."""
    if not _feeds_in(c, article_id):
        return article_id
    (last,) = c.execute("SELECT max(story) FROM article WHERE story IS NOT NULL").fetchone()
    return int(last) + 1


def _feeds_in(c: sqlite3.Connection, story: int) -> list[int]:
    """The feeds of the articles of a story."""
    rows = c.execute("SELECT feed_id FROM article INDEXED BY article_by_story WHERE story = ?", (story,))
    return [row[0] for row in rows.fetchall()]


def stories_of(c: sqlite3.Connection, ids: Iterable[int], *, shared: bool = False) -> dict[int, int]:
    """Story numbers by article; without those that have none, or with `shared` those alone in their story."""
    others = " AND EXISTS (SELECT 1 FROM article AS o WHERE o.story = a.story AND o.id <> a.id)" * shared
    some = f"SELECT a.id, a.story FROM article AS a WHERE a.id IN (SELECT value FROM json_each(?)){others}"
    return dict(c.execute(f"{some} AND a.story IS NOT NULL", (id_list(ids),)).fetchall())


def put_into_story(c: sqlite3.Connection, article_id: int, feed_id: int, story: int | None, *, newest: int) -> int:
    """Put an article into a known story if it fits, else into a new one; returns the story.

    It fits without comparison if it and all articles of the story have ids above `newest`, as in a restored backup.
    """
    there = _feeds_in(c, story) if story is not None else []
    if story is None or feed_id in there or len(there) >= _TELLINGS or not _may_join(c, article_id, story, newest):
        story = _free_story(c, article_id)
    c.execute("UPDATE article SET story = ? WHERE id = ?", (story, article_id))
    return story


def _may_join(c: sqlite3.Connection, article_id: int, story: int, newest: int) -> bool:
    rows = c.execute("SELECT id FROM article INDEXED BY article_by_story WHERE story = ?", (story,)).fetchall()
    told = [row[0] for row in rows]
    are_new = all(each > newest for each in (article_id, *told))
    return are_new or all(_is_same(c, article_id, each) for each in told[:_CANDIDATES_MAX])


def _is_read(c: sqlite3.Connection, others: Iterable[int]) -> bool:
    """Whether the user marked any of these articles read on this machine, not a rule, expiry or another machine."""
    sql = "SELECT 1 FROM article WHERE read = 1 AND unasked = 0 AND id IN (SELECT value FROM json_each(?)) LIMIT 1"
    return c.execute(sql, (id_list(others),)).fetchone() is not None


def settle(c: sqlite3.Connection, stories: Iterable[int]) -> None:
    """Choose which articles of each story are shown in lists, and give all of them the user's tags.

    Shown is the first in this order: unread, starred, tagged, longest, oldest. A starred article is shown too if the
    first one is not starred.
    """
    for story in stories:
        rows = c.execute(
            "SELECT id, aside, read, starred, words, date, guid_key"
            " FROM article AS a INDEXED BY article_by_story WHERE story = ?",
            (story,),
        ).fetchall()
        ids = [row[0] for row in rows]
        if names := {name for each in own_tags(c, ids).values() for name in each}:
            labels.add_tags(c, ids, sorted(names))
        tagged = labels.tags_of(c, ids)
        ranked = sorted(
            (row for row in rows if row[1] != 1),
            key=lambda row: (row[2], not row[3], row[0] not in tagged, -row[4], row[5], row[6], row[0]),
        )
        shown: list[tuple[int, int]] = []
        for id_, aside, read, starred, *_ in ranked:
            wanted = ELSEWHERE if any(read >= its_read and starred <= its_star for its_read, its_star in shown) else 0
            shown += [] if wanted else [(read, starred)]
            if aside != wanted:
                labels.write_status(c, "aside", wanted, id_list([id_]))


def own_tags(c: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    """Tags that no rule added, by article; articles without any are left out."""
    by_rule = {
        (article_id, name_key(tag))
        for article_id, did, names in c.execute(
            "SELECT r.article_id, r.did, n.tags FROM rule_article AS r JOIN rule AS n ON n.id = r.rule_id"
            f" WHERE r.did & {TAG} AND r.article_id IN (SELECT value FROM json_each(?))",
            (id_list(ids),),
        ).fetchall()
        for tag in tags_given(did, text_of(names).split(TAG_SEPARATOR))
    }
    own = {
        id_: [name for name in names if (id_, name_key(name)) not in by_rule]
        for id_, names in labels.tags_of(c, ids).items()
    }
    return {id_: names for id_, names in own.items() if names}


def with_others(c: sqlite3.Connection, ids: Sequence[int]) -> list[int]:
    """Return these articles together with their duplicates."""
    others = c.execute(
        "SELECT o.id FROM json_each(?) AS w CROSS JOIN article AS a ON a.id = w.value AND a.story IS NOT NULL"
        " CROSS JOIN article AS o INDEXED BY article_by_story ON o.story = a.story",
        (id_list(ids),),
    ).fetchall()
    return list(dict.fromkeys([*ids, *(row[0] for row in others)])) if others else list(ids)


def settle_of(c: sqlite3.Connection, ids: Iterable[int]) -> None:
    settle(c, of_articles(c, id_list(ids)))


def check(c: sqlite3.Connection, edited: Sequence[int]) -> None:
    """Update the stories of edited articles; one whose text is different now leaves its story."""
    for id_ in edited:
        others = [other for other in with_others(c, [id_]) if other != id_]
        if others and not any(_is_same(c, id_, other) for other in others):
            stories = of_articles(c, id_list([id_]))
            c.execute("UPDATE article SET story = NULL WHERE id = ?", (id_,))
            labels.write_status(c, "aside", 0, id_list(_elsewhere(c, id_)))
            settle(c, stories)
    settle_of(c, edited)


def _elsewhere(c: sqlite3.Connection, id_: int) -> list[int]:
    rows = c.execute("SELECT id FROM article WHERE id = ? AND aside = ?", (id_, ELSEWHERE))
    return [row[0] for row in rows.fetchall()]


def of_articles(c: sqlite3.Connection, ids: str) -> list[int]:
    """The stories of articles; `ids` as from `row_values.id_list`."""
    rows = c.execute(
        "SELECT DISTINCT story FROM article WHERE id IN (SELECT value FROM json_each(?)) AND story IS NOT NULL",
        (ids,),
    )
    return [row[0] for row in rows.fetchall()]


def of_feed(c: sqlite3.Connection, feed_id: int) -> list[int]:
    """The stories of a feed's articles, to be settled when the feed is removed."""
    rows = c.execute(
        "SELECT DISTINCT story FROM article INDEXED BY article_by_feed WHERE feed_id = ? AND story IS NOT NULL",
        (feed_id,),
    )
    return [row[0] for row in rows.fetchall()]


_NEW = 1 << 40
"""Subtracted from the hashes of new articles: they are negative, in the same order, until `move_some` merges them."""
MANY = 20_000
"""Number of new hashes that need no merging yet: some twenty pages of the file."""
MERGE_STEP = 5_000
"""New hashes merged in one step: some 20 ms."""
COMMON = 60
"""Hashes in so many articles are ignored; new and merged ones are counted separately."""


def store_hashes(c: sqlite3.Connection, of: Mapping[int, Sequence[int]]) -> None:
    rows = sorted((hash_ - _NEW, id_) for id_, hashes in of.items() for hash_ in hashes)
    c.executemany("INSERT OR IGNORE INTO shingle (hash, article_id) VALUES (?, ?)", rows)


def in_common(c: sqlite3.Connection, of: Mapping[int, Sequence[int]], feed_id: int) -> dict[int, list[int]]:
    """Articles of other feeds that share hashes with each of these (`of`: hashes by id), those with most first."""
    having: dict[int, list[int]] = defaultdict(list)
    for id_, hashes in of.items():
        for hash_ in hashes:
            having[hash_].append(id_)
    few = f"SELECT count(*) FROM (SELECT 1 FROM shingle WHERE hash = w.value LIMIT {COMMON})"
    rows = c.execute(
        "SELECT w.value, o.article_id FROM json_each(?) AS w CROSS JOIN shingle AS o ON o.hash = w.value"
        f" CROSS JOIN article AS a ON a.id = o.article_id WHERE a.feed_id <> ? AND ({few}) < {COMMON}",
        (id_list([*having, *(hash_ - _NEW for hash_ in having)]), feed_id),
    ).fetchall()
    shared: dict[int, Counter[int]] = defaultdict(Counter)
    for hash_, other in rows:
        for id_ in having[hash_ if hash_ >= 0 else hash_ + _NEW]:
            shared[id_][other] += 1
    return {id_: [other for other, _ in _most_first(counts)] for id_, counts in shared.items()}


def _most_first(counts: Counter[int]) -> Iterable[tuple[int, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def move_some(c: sqlite3.Connection) -> bool:
    """Merge a batch of new hashes with the others if there are more than `MANY`; returns whether there may be more."""
    if c.execute("SELECT 1 FROM shingle WHERE hash < 0 LIMIT 1 OFFSET ?", (MANY,)).fetchone() is None:
        return False
    with transaction(c):
        rows = c.execute(
            "SELECT hash, article_id FROM shingle WHERE hash < 0 ORDER BY 1, 2 LIMIT ?", (MERGE_STEP,)
        ).fetchall()
        c.executemany("DELETE FROM shingle WHERE hash = ? AND article_id = ?", rows)
        c.executemany(
            "INSERT OR IGNORE INTO shingle (hash, article_id) VALUES (?, ?)",
            [(hash_ + _NEW, article_id) for hash_, article_id in rows],
        )
    return True
