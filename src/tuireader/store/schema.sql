-- The tables of a cache. Times are whole seconds since 1970 in UTC. Subscriptions come first, at the beginning of the file.

CREATE TABLE feed (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    site TEXT NOT NULL,
    added INTEGER NOT NULL,
    etag TEXT,
    last_modified TEXT,
    body_hash BLOB,
    checked INTEGER,
    answered INTEGER,
    due INTEGER,
    not_before INTEGER,
    pace INTEGER,
    failures INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    gone INTEGER NOT NULL DEFAULT 0,
    moved_to TEXT,
    moved_hits INTEGER NOT NULL DEFAULT 0,
    private INTEGER, -- whether it is inside the user's own network; NULL: not known yet
    custom_title TEXT,
    folder_id INTEGER REFERENCES folder (id),
    account_id INTEGER NOT NULL DEFAULT 0 REFERENCES account (id),
    server_id TEXT,
    articles INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0,
    starred INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX feed_by_url ON feed (account_id, url);

-- Addresses that feeds had: a list that names one of them means the feed.
CREATE TABLE former_address (
    url TEXT PRIMARY KEY,
    feed_id INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TRIGGER feed_has_moved AFTER UPDATE OF url ON feed WHEN NEW.url <> OLD.url BEGIN
    REPLACE INTO former_address VALUES (OLD.url, NEW.id);
END;

CREATE TABLE feed_option (
    feed_id INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (feed_id, name)
) WITHOUT ROWID;

-- Where feeds and statuses are kept besides this machine; row 0 is this machine alone.
CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    user TEXT NOT NULL,
    syncs INTEGER NOT NULL DEFAULT 0,
    cursor TEXT NOT NULL,
    secret TEXT NOT NULL DEFAULT '' -- how its password is got
);
INSERT INTO account (id, kind, name, url, user, cursor) VALUES (0, 'local', '', '', '', '');

CREATE TABLE folder (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL DEFAULT 0 REFERENCES account (id),
    name TEXT NOT NULL,
    key TEXT NOT NULL
);
CREATE UNIQUE INDEX folder_by_key ON folder (account_id, key);

CREATE TABLE article (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    feed_id INTEGER NOT NULL REFERENCES feed (id),
    read INTEGER NOT NULL DEFAULT 0,
    starred INTEGER NOT NULL DEFAULT 0,
    date INTEGER NOT NULL,
    words INTEGER NOT NULL,
    offline INTEGER NOT NULL,
    position INTEGER NOT NULL DEFAULT 0,
    aside INTEGER NOT NULL DEFAULT 0, -- 1: a rule hides it; 2: a duplicate, only in the list of its own feed
    unasked INTEGER NOT NULL DEFAULT 0, -- 1: read by a rule, by its age or as it came, and not by the user
    story INTEGER, -- shared by duplicates
    has INTEGER, -- media flags, as bits; NULL: not computed yet
    published INTEGER,
    updated INTEGER,
    page_date INTEGER, -- what its page says, where its feed gives no date
    guid_key INTEGER NOT NULL,
    link_key INTEGER NOT NULL,
    digest BLOB NOT NULL,
    title TEXT NOT NULL,
    link TEXT NOT NULL,
    guid TEXT NOT NULL,
    server_id TEXT
);
CREATE UNIQUE INDEX article_by_guid ON article (feed_id, guid_key);
CREATE INDEX article_by_link ON article (link_key);
CREATE INDEX article_by_server ON article (server_id) WHERE server_id IS NOT NULL;
CREATE INDEX article_by_story ON article (story) WHERE story IS NOT NULL;
CREATE INDEX article_not_looked_at ON article (id) WHERE has IS NULL;
-- Where more columns follow the date, the id stands before them: lists are in the order of date and id.
CREATE INDEX article_by_date ON article (date) WHERE aside = 0;
CREATE INDEX article_by_words ON article (words, date) WHERE aside = 0;
CREATE INDEX article_by_feed ON article (feed_id, date, id, read, starred, aside);
CREATE INDEX article_unread ON article (date, id, feed_id, starred) WHERE read = 0 AND aside = 0;
CREATE INDEX article_starred ON article (date, id, feed_id, read) WHERE starred = 1 AND aside = 0;
CREATE INDEX article_hidden ON article (date, id, feed_id, read, starred) WHERE aside = 1;
CREATE INDEX article_told_elsewhere ON article (date, id, feed_id, read, starred) WHERE aside = 2;

CREATE TABLE body (
    article_id INTEGER PRIMARY KEY REFERENCES article (id) ON DELETE CASCADE,
    html BLOB NOT NULL,
    full_html BLOB,
    full_text BLOB
);

CREATE TABLE label (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    articles INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX label_by_key ON label (kind, key);
INSERT INTO label (kind, name, key) VALUES (1, '', ''), (2, '', ''); -- of articles without category, without author

-- Without references: SQLite would look for them without the kind, row by row. `labels` removes what is gone.
CREATE TABLE label_article (
    kind INTEGER NOT NULL,
    label_id INTEGER NOT NULL,
    date INTEGER NOT NULL,
    article_id INTEGER NOT NULL,
    feed_id INTEGER NOT NULL,
    read INTEGER NOT NULL,
    starred INTEGER NOT NULL,
    place INTEGER NOT NULL,
    aside INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, label_id, date, article_id)
) WITHOUT ROWID;
CREATE INDEX label_of_article ON label_article (kind, article_id, place);

-- Hashes of an article's title and text, by which duplicates are found.
CREATE TABLE shingle (
    hash INTEGER NOT NULL,
    article_id INTEGER NOT NULL,
    PRIMARY KEY (hash, article_id)
) WITHOUT ROWID;

-- Articles that the search index does not have yet.
CREATE TABLE unindexed (article_id INTEGER PRIMARY KEY REFERENCES article (id) ON DELETE CASCADE);

-- The outbox of statuses: the latest change of each article and field; for the shared folder, of the user's and of a rule's.
CREATE TABLE journal (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    field TEXT NOT NULL,
    value INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    unasked INTEGER NOT NULL DEFAULT 0 -- 1: made by a rule or an age, and not by the user
);
CREATE UNIQUE INDEX journal_by_article ON journal (article_id, field, unasked);

-- The outbox of subscriptions: the latest change of each kind; a feed that is gone has no row in `feed` any more.
CREATE TABLE feed_change (
    account_id INTEGER NOT NULL,
    server_id TEXT NOT NULL,
    url TEXT NOT NULL,
    what TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account_id, server_id, what)
) WITHOUT ROWID;

-- Hashes of the guids that articles had, and of their addresses with titles: other machines may still know them by
-- these. Where another article has taken the guid, it was theirs `until` then.
CREATE TABLE former_guid (
    article_id INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    guid_key INTEGER NOT NULL,
    until INTEGER,
    PRIMARY KEY (article_id, guid_key)
) WITHOUT ROWID;

-- When the facts of this machine's own subscriptions changed, while it shares a folder: which of two machines was last.
CREATE TABLE subscription_time (
    url TEXT NOT NULL,
    fact TEXT NOT NULL, -- followed (or ended), title, folder, moved
    changed INTEGER NOT NULL,
    PRIMARY KEY (url, fact)
) WITHOUT ROWID;
CREATE TRIGGER feed_is_followed AFTER INSERT ON feed
WHEN NEW.account_id = 0 AND (SELECT syncs FROM account WHERE id = 0) BEGIN
    REPLACE INTO subscription_time VALUES (NEW.url, 'followed', CAST(strftime('%s', 'now') AS INTEGER));
END;
-- It ends at all addresses that it has had: others may not have heard yet that it has moved.
CREATE TRIGGER feed_is_ended BEFORE DELETE ON feed
WHEN OLD.account_id = 0 AND (SELECT syncs FROM account WHERE id = 0) BEGIN
    REPLACE INTO subscription_time
    SELECT url, 'followed', CAST(strftime('%s', 'now') AS INTEGER)
    FROM (SELECT OLD.url AS url UNION SELECT url FROM former_address WHERE feed_id = OLD.id);
END;
CREATE TRIGGER feed_is_changed AFTER UPDATE OF url, custom_title, folder_id, account_id ON feed
WHEN NEW.account_id = 0 AND (SELECT syncs FROM account WHERE id = 0) BEGIN
    UPDATE OR REPLACE subscription_time SET url = NEW.url -- what was done before a move goes along
    WHERE url = OLD.url AND NEW.url <> OLD.url AND fact <> 'moved';
    REPLACE INTO subscription_time
    SELECT url, fact, CAST(strftime('%s', 'now') AS INTEGER)
    FROM (
        SELECT NEW.url AS url, 'followed' AS fact WHERE NEW.account_id <> OLD.account_id
        UNION ALL SELECT NEW.url, 'title' WHERE NEW.custom_title IS NOT OLD.custom_title
        UNION ALL SELECT NEW.url, 'folder' WHERE NEW.folder_id IS NOT OLD.folder_id
        UNION ALL SELECT OLD.url, 'moved' WHERE NEW.url <> OLD.url
    );
END;

-- What is to be done with articles of a feed, of a folder or of all that a query finds; `until` ends it.
CREATE TABLE rule (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    query TEXT NOT NULL,
    feed_id INTEGER REFERENCES feed (id) ON DELETE CASCADE,
    folder_id INTEGER REFERENCES folder (id) ON DELETE CASCADE,
    actions INTEGER NOT NULL,
    tags TEXT NOT NULL,
    until INTEGER,
    created INTEGER NOT NULL
);

-- What a rule did to an article, as bits, so that it can be said and taken back.
CREATE TABLE rule_article (
    article_id INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    rule_id INTEGER NOT NULL REFERENCES rule (id) ON DELETE CASCADE,
    did INTEGER NOT NULL,
    PRIMARY KEY (article_id, rule_id)
) WITHOUT ROWID;
CREATE INDEX rule_article_by_rule ON rule_article (rule_id, article_id);

CREATE TABLE saved_search (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    query TEXT NOT NULL
);

-- What the user did last, the newest last, each with all that is needed to take it back.
CREATE TABLE undo (number INTEGER PRIMARY KEY AUTOINCREMENT, done INTEGER NOT NULL, step BLOB NOT NULL);

-- Numbers of the guids, addresses, titles and texts of articles that were removed, and their dates: their feeds do not
-- bring them in again.
CREATE TABLE pruned (
    feed_id INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
    key INTEGER NOT NULL,
    date INTEGER NOT NULL,
    PRIMARY KEY (feed_id, key)
) WITHOUT ROWID;

CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Hosts that asked to be left alone for a while.
CREATE TABLE hold (place TEXT PRIMARY KEY, noted INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;

-- The counts of feeds and labels. Insertions are counted by who inserts, many rows at a time: triggers would take a
-- tenth of a refresh for them.
CREATE TRIGGER article_is_gone AFTER DELETE ON article WHEN OLD.aside <> 1 BEGIN
    UPDATE feed SET articles = articles - 1, unread = unread - (OLD.read = 0), starred = starred - OLD.starred
    WHERE id = OLD.feed_id;
END;
CREATE TRIGGER article_is_marked AFTER UPDATE OF read, starred, aside ON article
WHEN NEW.read <> OLD.read OR NEW.starred <> OLD.starred OR NEW.aside <> OLD.aside BEGIN
    UPDATE feed SET articles = articles + (NEW.aside <> 1) - (OLD.aside <> 1),
        unread = unread + (NEW.read = 0 AND NEW.aside <> 1) - (OLD.read = 0 AND OLD.aside <> 1),
        starred = starred + (NEW.starred AND NEW.aside <> 1) - (OLD.starred AND OLD.aside <> 1)
    WHERE id = NEW.feed_id;
END;
CREATE TRIGGER label_is_gone AFTER DELETE ON label_article WHEN OLD.aside = 0 BEGIN
    UPDATE label SET articles = articles - 1, unread = unread - (OLD.read = 0) WHERE id = OLD.label_id;
END;
CREATE TRIGGER label_is_marked AFTER UPDATE OF read, aside ON label_article
WHEN NEW.read <> OLD.read OR NEW.aside <> OLD.aside BEGIN
    UPDATE label SET articles = articles + (NEW.aside = 0) - (OLD.aside = 0),
        unread = unread + (NEW.read = 0 AND NEW.aside = 0) - (OLD.read = 0 AND OLD.aside = 0)
    WHERE id = NEW.label_id;
END;
