PRAGMA page_size = 16384;
PRAGMA journal_mode = WAL;
BEGIN;
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
CREATE TABLE former_address (
    url TEXT PRIMARY KEY,
    feed_id INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE feed_option (
    feed_id INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (feed_id, name)
) WITHOUT ROWID;
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
CREATE TABLE shingle (
    hash INTEGER NOT NULL,
    article_id INTEGER NOT NULL,
    PRIMARY KEY (hash, article_id)
) WITHOUT ROWID;
CREATE TABLE unindexed (article_id INTEGER PRIMARY KEY REFERENCES article (id) ON DELETE CASCADE);
CREATE TABLE journal (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    field TEXT NOT NULL,
    value INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    unasked INTEGER NOT NULL DEFAULT 0 -- 1: made by a rule or an age, and not by the user
);
CREATE UNIQUE INDEX journal_by_article ON journal (article_id, field, unasked);
CREATE TABLE feed_change (
    account_id INTEGER NOT NULL,
    server_id TEXT NOT NULL,
    url TEXT NOT NULL,
    what TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account_id, server_id, what)
) WITHOUT ROWID;
CREATE TABLE former_guid (
    article_id INTEGER NOT NULL REFERENCES article (id) ON DELETE CASCADE,
    guid_key INTEGER NOT NULL,
    until INTEGER,
    PRIMARY KEY (article_id, guid_key)
) WITHOUT ROWID;
CREATE TABLE subscription_time (
    url TEXT NOT NULL,
    fact TEXT NOT NULL, -- followed (or ended), title, folder, moved
    changed INTEGER NOT NULL,
    PRIMARY KEY (url, fact)
) WITHOUT ROWID;
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
CREATE TABLE undo (number INTEGER PRIMARY KEY AUTOINCREMENT, done INTEGER NOT NULL, step BLOB NOT NULL);
CREATE TABLE pruned (
    feed_id INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
    key INTEGER NOT NULL,
    date INTEGER NOT NULL,
    PRIMARY KEY (feed_id, key)
) WITHOUT ROWID;
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE hold (place TEXT PRIMARY KEY, noted INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(title, authors, categories, body, tokenize='unicode61 remove_diacritics 2', content='', contentless_delete=1);
DELETE FROM feed;
INSERT INTO feed (id, url, title, site, added, etag, last_modified, body_hash, checked, answered, due, not_before, pace, failures, error, gone, moved_to, moved_hits, private, custom_title, folder_id, account_id, server_id, articles, unread, starred) VALUES (1, 'http://the-example-review.example/feed', 'The Example Review', 'http://the-example-review.example', 1768478400, 'W/"1, é"', 'Thu, 15 Jan 2026 08:00:00 GMT', X'0000000000000000000000000000000000000000000000000000000000000000', 1768478220, NULL, 1768482000, NULL, 7200, 0, NULL, 0, 'http://new.example/feed', 2, NULL, NULL, NULL, 0, NULL, 4, 2, 1);
INSERT INTO feed (id, url, title, site, added, etag, last_modified, body_hash, checked, answered, due, not_before, pace, failures, error, gone, moved_to, moved_hits, private, custom_title, folder_id, account_id, server_id, articles, unread, starred) VALUES (2, 'http://notes.example/feed', 'Notes', 'http://notes.example', 1768478400, NULL, NULL, NULL, 1768478220, NULL, 1768482000, 1768651200, NULL, 3, 'It failed', 0, NULL, 0, NULL, NULL, NULL, 0, NULL, 2, 1, 1);
INSERT INTO feed (id, url, title, site, added, etag, last_modified, body_hash, checked, answered, due, not_before, pace, failures, error, gone, moved_to, moved_hits, private, custom_title, folder_id, account_id, server_id, articles, unread, starred) VALUES (3, 'http://old-notes.example/feed', 'Old Notes', 'http://old-notes.example', 1768478400, NULL, NULL, NULL, 1768478220, NULL, 1768482000, NULL, NULL, 0, 'The old notes are gone for good', 1, NULL, 0, NULL, NULL, NULL, 0, NULL, 0, 0, 0);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence (name, seq) VALUES ('account', 0);
INSERT INTO sqlite_sequence (name, seq) VALUES ('feed', 3);
INSERT INTO sqlite_sequence (name, seq) VALUES ('article', 6);
DELETE FROM former_address;
DELETE FROM feed_option;
DELETE FROM account;
INSERT INTO account (id, kind, name, url, user, syncs, cursor, secret) VALUES (0, 'local', '', '', '', 0, '', '');
DELETE FROM folder;
DELETE FROM article;
INSERT INTO article (id, feed_id, read, starred, date, words, offline, position, aside, unasked, story, has, published, updated, page_date, guid_key, link_key, digest, title, link, guid, server_id) VALUES (1, 1, 0, 0, 1767758400, 7, 1, 3, 0, 0, NULL, NULL, 1767758400, NULL, NULL, -4745272970708458872, -4745272970708458872, X'B7C3A9349D0675657B48C766BEA8F8AD6059F6D081EB287547F880C3AADF196B', 'The Quiet Harbour', 'http://the-example-review.example/b7c3a9349d06', 'http://the-example-review.example/b7c3a9349d06', NULL);
INSERT INTO article (id, feed_id, read, starred, date, words, offline, position, aside, unasked, story, has, published, updated, page_date, guid_key, link_key, digest, title, link, guid, server_id) VALUES (2, 1, 0, 0, 1768298400, 10, 1, 2, 0, 0, NULL, NULL, 1768298400, NULL, NULL, 794007173758019034, 794007173758019034, X'0DBEEA33D5119A358302D73F0820F5CA39F198D8D3949F1E0119FEAB0406132D', 'A Vote Nobody Watched', 'http://the-example-review.example/0dbeea33d511', 'http://the-example-review.example/0dbeea33d511', NULL);
INSERT INTO article (id, feed_id, read, starred, date, words, offline, position, aside, unasked, story, has, published, updated, page_date, guid_key, link_key, digest, title, link, guid, server_id) VALUES (3, 1, 1, 1, 1768384800, 10, 1, 1, 0, 0, NULL, NULL, 1768384800, NULL, NULL, 5625362430070342981, 5625362430070342981, X'CABDB472FDDCFC9169ADA2AD2BA7580A69D851E4C31749C3AB884A1DBE6D9F13', 'Brexit & the Border', 'http://the-example-review.example/cabdb472fddc', 'http://the-example-review.example/cabdb472fddc', NULL);
INSERT INTO article (id, feed_id, read, starred, date, words, offline, position, aside, unasked, story, has, published, updated, page_date, guid_key, link_key, digest, title, link, guid, server_id) VALUES (4, 1, 1, 0, 1768467600, 10, 1, 0, 0, 0, NULL, NULL, 1768467600, NULL, NULL, 8957792628996583838, 8957792628996583838, X'A70676D1FE12B47C7C4BDC5509F2EFE4BE1ECD46EC0EF821C9A9B5E9FDBC8F41', 'China and Russia: A Worrying Relationship', 'http://the-example-review.example/a70676d1fe12', 'http://the-example-review.example/a70676d1fe12', NULL);
INSERT INTO article (id, feed_id, read, starred, date, words, offline, position, aside, unasked, story, has, published, updated, page_date, guid_key, link_key, digest, title, link, guid, server_id) VALUES (5, 2, 1, 0, 1767038400, 10, 1, 0, 0, 0, NULL, NULL, 1767038400, NULL, NULL, -6368039449730233142, -6368039449730233142, X'716C5E6EA95776845A1C0F0439FA47B87D89F14E6B35737F57199679B3443A74', '[red]Not markup[/red] [@click=app.quit]x[/]', 'http://notes.example/716c5e6ea957', 'http://notes.example/716c5e6ea957', NULL);
INSERT INTO article (id, feed_id, read, starred, date, words, offline, position, aside, unasked, story, has, published, updated, page_date, guid_key, link_key, digest, title, link, guid, server_id) VALUES (6, 2, 0, 1, 1768460400, 10, 1, 0, 0, 0, NULL, NULL, 1768460400, NULL, NULL, 3441565038050201798, 3441565038050201798, X'B4800D0AC4C2DC5F93727495EA387247D370F9E212A69D91A085578A8DE89046', 'Harbours in Winter', 'http://notes.example/b4800d0ac4c2', 'http://notes.example/b4800d0ac4c2', NULL);
DELETE FROM body;
INSERT INTO body (article_id, html, full_html, full_text) VALUES (1, X'787D7958D7ECB329B073CC019514E9E00C5F0931360954B014659625E614EB80F525E797E6951465A616836D2B4A4D4CCEC8CC4B57C82F2DD10399040087801931', X'787D7958D7ECB329B073CCC901EBCB4855C8482C4ACA2F2DD251C82C2956C801A5A28CFCD2E2D4628592FC7C3D90160089F31091', X'787D7958D7EC73CCC9016BCA4855C8482C4ACA2F2DD251C82C2956C80125A18CFCD2E2D4628592FC7C3D0023130E8E');
INSERT INTO body (article_id, html, full_html, full_text) VALUES (2, X'787D7958D7ECB329B073CC019514E9E00C5F0931360954B014659625E614EB80F525E797E6951465A616836D2B4A4D4CCEC8CC4B57C82F2DD10399040087801931', NULL, NULL);
INSERT INTO body (article_id, html, full_html, full_text) VALUES (3, X'787D7958D7ECB329B073CC019514E9E00C5F0931360954B014659625E614EB80F525E797E6951465A616836D2B4A4D4CCEC8CC4B57C82F2DD10399040087801931', NULL, NULL);
INSERT INTO body (article_id, html, full_html, full_text) VALUES (4, X'787D7958D7ECB329B073CC019514E9E00C5F0931360954B014659625E614EB80F525E797E6951465A616836D2B4A4D4CCEC8CC4B57C82F2DD10399040087801931', NULL, NULL);
INSERT INTO body (article_id, html, full_html, full_text) VALUES (5, X'787D7958D7ECB329B073CC019514E9E00C5F0931360954B014659625E614EB80F525E797E6951465A616836D2B4A4D4CCEC8CC4B57C82F2DD10399040087801931', NULL, NULL);
INSERT INTO body (article_id, html, full_html, full_text) VALUES (6, X'787D7958D7ECB329B073CC019514E9E00C5F0931360954B014659625E614EB80F525E797E6951465A616836D2B4A4D4CCEC8CC4B57C82F2DD10399040087801931', NULL, NULL);
DELETE FROM label;
INSERT INTO label (id, kind, name, key, articles, unread) VALUES (1, 1, '', '', 1, 1);
INSERT INTO label (id, kind, name, key, articles, unread) VALUES (2, 2, '', '', 1, 1);
INSERT INTO label (id, kind, name, key, articles, unread) VALUES (3, 1, 'Elections', 'elections', 2, 1);
INSERT INTO label (id, kind, name, key, articles, unread) VALUES (4, 1, 'Europe', 'europe', 2, 1);
INSERT INTO label (id, kind, name, key, articles, unread) VALUES (5, 1, 'China/Russia', 'china/russia', 1, 0);
INSERT INTO label (id, kind, name, key, articles, unread) VALUES (6, 2, 'Zoë Ångström-Díaz', 'zoë ångström-díaz', 2, 1);
INSERT INTO label (id, kind, name, key, articles, unread) VALUES (7, 2, 'Andrew Zirkle', 'andrew zirkle', 2, 0);
INSERT INTO label (id, kind, name, key, articles, unread) VALUES (8, 1, 'Science & Tech', 'science & tech', 1, 0);
INSERT INTO label (id, kind, name, key, articles, unread) VALUES (9, 2, 'B. Writer', 'b. writer', 2, 1);
DELETE FROM label_article;
INSERT INTO label_article (kind, label_id, date, article_id, feed_id, read, starred, place, aside) VALUES (1, 1, 1767758400, 1, 1, 0, 0, 0, 0);
INSERT INTO label_article (kind, label_id, date, article_id, feed_id, read, starred, place, aside) VALUES (1, 3, 1768298400, 2, 1, 0, 0, 0, 0);
INSERT INTO label_article (kind, label_id, date, article_id, feed_id, read, starred, place, aside) VALUES (1, 3, 1768384800, 3, 1, 1, 1, 1, 0);
INSERT INTO label_article (kind, label_id, date, article_id, feed_id, read, starred, place, aside) VALUES (1, 4, 1768384800, 3, 1, 1, 1, 0, 0);
INSERT INTO label_article (kind, label_id, date, article_id, feed_id, read, starred, place, aside) VALUES (1, 4, 1768460400, 6, 2, 0, 1, 0, 0);
INSERT INTO label_article (kind, label_id, date, article_id, feed_id, read, starred, place, aside) VALUES (1, 5, 1768467600, 4, 1, 1, 0, 0, 0);
INSERT INTO label_article (kind, label_id, date, article_id, feed_id, read, starred, place, aside) VALUES (1, 8, 1767038400, 5, 2, 1, 0, 0, 0);
INSERT INTO label_article (kind, label_id, date, article_id, feed_id, read, starred, place, aside) VALUES (2, 2, 1767758400, 1, 1, 0, 0, 0, 0);
INSERT INTO label_article (kind, label_id, date, article_id, feed_id, read, starred, place, aside) VALUES (2, 6, 1768298400, 2, 1, 0, 0, 0, 0);
INSERT INTO label_article (kind, label_id, date, article_id, feed_id, read, starred, place, aside) VALUES (2, 6, 1768384800, 3, 1, 1, 1, 1, 0);
INSERT INTO label_article (kind, label_id, date, article_id, feed_id, read, starred, place, aside) VALUES (2, 7, 1768384800, 3, 1, 1, 1, 0, 0);
INSERT INTO label_article (kind, label_id, date, article_id, feed_id, read, starred, place, aside) VALUES (2, 7, 1768467600, 4, 1, 1, 0, 0, 0);
INSERT INTO label_article (kind, label_id, date, article_id, feed_id, read, starred, place, aside) VALUES (2, 9, 1767038400, 5, 2, 1, 0, 0, 0);
INSERT INTO label_article (kind, label_id, date, article_id, feed_id, read, starred, place, aside) VALUES (2, 9, 1768460400, 6, 2, 0, 1, 0, 0);
DELETE FROM shingle;
INSERT INTO shingle (hash, article_id) VALUES (-1099218545194, 1);
INSERT INTO shingle (hash, article_id) VALUES (-1099218545194, 2);
INSERT INTO shingle (hash, article_id) VALUES (-1099218545194, 3);
INSERT INTO shingle (hash, article_id) VALUES (-1099218545194, 4);
INSERT INTO shingle (hash, article_id) VALUES (-1099218545194, 5);
INSERT INTO shingle (hash, article_id) VALUES (-1099218545194, 6);
INSERT INTO shingle (hash, article_id) VALUES (-1098627178135, 6);
INSERT INTO shingle (hash, article_id) VALUES (-1098592499215, 4);
INSERT INTO shingle (hash, article_id) VALUES (-1097363977529, 2);
INSERT INTO shingle (hash, article_id) VALUES (-1096068363667, 5);
INSERT INTO shingle (hash, article_id) VALUES (-1095309320963, 1);
INSERT INTO shingle (hash, article_id) VALUES (-1094862585406, 1);
INSERT INTO shingle (hash, article_id) VALUES (-1094862585406, 2);
INSERT INTO shingle (hash, article_id) VALUES (-1094862585406, 3);
INSERT INTO shingle (hash, article_id) VALUES (-1094862585406, 4);
INSERT INTO shingle (hash, article_id) VALUES (-1094862585406, 5);
INSERT INTO shingle (hash, article_id) VALUES (-1094862585406, 6);
INSERT INTO shingle (hash, article_id) VALUES (-1094702690195, 3);
DELETE FROM unindexed;
DELETE FROM journal;
DELETE FROM feed_change;
DELETE FROM former_guid;
DELETE FROM subscription_time;
DELETE FROM rule;
DELETE FROM rule_article;
DELETE FROM saved_search;
DELETE FROM undo;
DELETE FROM pruned;
DELETE FROM setting;
INSERT INTO setting (name, value) VALUES ('theme', 'nord');
DELETE FROM hold;
DELETE FROM search_data;
INSERT INTO search_data (id, block) VALUES (1, X'071E0E0843');
INSERT INTO search_data (id, block) VALUES (10, X'00000003FF0000010103000003010101010101010402010102020000020301010303000001');
INSERT INTO search_data (id, block) VALUES (137438953473, X'0000020E02306102020202020502076C74686F756768010601030201060103020106010302010601030202026E640402030403726577030601010201060101020306677374726F6D0206010103010601010502027265010601030901060103090106010309010601030901046265656E010601030501060103050106010305010601030502056F726465720302040205726578697403020201056368696E6104080201020202086F756E7472696573010601030801060103080106010308010601030801046469617A020601010401060101060109656C656374696F6E7302060102020106010203020575726F706503060102020107686172626F757201020403027665010601030401060103040106010304010601030401066E6F626F647902020401036F7574010601030B010601030B010601030B010601030B0105717569657401020301087265616368696E67010601030A010601030A010601030A010601030A030A6C6174696F6E7368697004020702056976616C7301060103060106010306010601030601060103060205757373696104080401020301037468650108020103070106010307010803010307010601030704017901060103030106010303010601030301060103030104766F746502020301077761746368656402020502076F727279696E6704020601067A69726B6C650306010103010601010302026F650206010102010601010404091D070F12181A0A0A0D1E10150C0C180B190A1E0F1B0D1B17090C0C12');
INSERT INTO search_data (id, block) VALUES (274877906945, X'000001430930616C74686F7567680506010302010601030202027070050207020272650506010309010601030901016205060101020106010102020365656E050601030501060103050105636C69636B05020602086F756E74726965730506010308010601030801066575726F706506060102020108686172626F75727306020203027665050601030401060103040102696E06020301066D61726B757005020401036E6F7405020301036F7574050601030B010601030B01047175697405020801087265616368696E67050601030A010601030A0301640504020502056976616C73050601030601060103060107736369656E636505060102020104746563680506010203020268650506010307010601030704017905060103030106010303010677696E74657206020402057269746572050601010301060101030101780502090414070E0D0F0A140D0D0E070B080F091407110E0B0E0D0B11');
INSERT INTO search_data (id, block) VALUES (412316860417, X'000000600430616C6C01060103020107686172626F757201080401030501036974730106010306010B6C69676874686F75736573010601030701026F66010601030301057175696574010203010374686501080201030402026F6F0106010308040A0F0A12090A0B');
INSERT INTO search_data (id, block) VALUES (9007336693694464, X'04000000000000010000000000000001000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000');
DELETE FROM search_idx;
INSERT INTO search_idx (segid, term, pgno) VALUES (1, X'', 2);
INSERT INTO search_idx (segid, term, pgno) VALUES (2, X'', 2);
INSERT INTO search_idx (segid, term, pgno) VALUES (3, X'', 2);
DELETE FROM search_docsize;
INSERT INTO search_docsize (id, sz, origin) VALUES (1, X'03000007', 3);
INSERT INTO search_docsize (id, sz, origin) VALUES (2, X'0403010A', 1);
INSERT INTO search_docsize (id, sz, origin) VALUES (3, X'0305020A', 1);
INSERT INTO search_docsize (id, sz, origin) VALUES (4, X'0602020A', 1);
INSERT INTO search_docsize (id, sz, origin) VALUES (5, X'0802020A', 2);
INSERT INTO search_docsize (id, sz, origin) VALUES (6, X'0302010A', 2);
DELETE FROM search_config;
INSERT INTO search_config (k, v) VALUES ('automerge', 0);
INSERT INTO search_config (k, v) VALUES ('crisismerge', 256);
INSERT INTO search_config (k, v) VALUES ('usermerge', 16);
INSERT INTO search_config (k, v) VALUES ('version', 4);
CREATE TRIGGER feed_has_moved AFTER UPDATE OF url ON feed WHEN NEW.url <> OLD.url BEGIN
    REPLACE INTO former_address VALUES (OLD.url, NEW.id);
END;
CREATE TRIGGER feed_is_followed AFTER INSERT ON feed
WHEN NEW.account_id = 0 AND (SELECT syncs FROM account WHERE id = 0) BEGIN
    REPLACE INTO subscription_time VALUES (NEW.url, 'followed', CAST(strftime('%s', 'now') AS INTEGER));
END;
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
PRAGMA application_id = 1953851697;
PRAGMA user_version = 1;
COMMIT;
