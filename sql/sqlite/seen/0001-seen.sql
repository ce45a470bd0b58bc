-- Traces of phones, in a file of its own: it is written often, and a commit
-- in the main file would make every reader drop its page cache.

CREATE TABLE seen (
	mac INTEGER PRIMARY KEY,
	seen_at INTEGER NOT NULL,
	address TEXT NOT NULL
) STRICT;

CREATE TABLE agent (
	mac INTEGER PRIMARY KEY,
	user_agent TEXT NOT NULL,
	changed_at INTEGER NOT NULL
) STRICT;

-- Evidence: a document with something new in it was given.
CREATE TABLE fetch (
	id INTEGER PRIMARY KEY,
	mac INTEGER NOT NULL,
	at INTEGER NOT NULL,
	address TEXT NOT NULL,
	etag TEXT NOT NULL,
	revision TEXT NOT NULL,
	operations INTEGER NOT NULL
) STRICT;
CREATE INDEX fetch_by_mac ON fetch (mac, id);
