-- What desk phones are to be told to do, once each, and what came of it.
--
-- `payload` is sealed JSON: what the kind needs (files, items, a version); `what`
-- the same in a few words for lists; `answer`, sealed, what the phone told.
-- `next_at`: a waiting one is not sent before; a sent or taken one has had its
-- time then.  Those of jobs end with them, and after `until_at` none is sent.

CREATE TABLE wpi_order (
	id INTEGER PRIMARY KEY,
	mac INTEGER NOT NULL REFERENCES device (mac) ON DELETE CASCADE,
	kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 32),
	state TEXT NOT NULL
		CHECK (state IN ('waiting', 'sent', 'taken', 'done', 'failed', 'cancelled')),
	what TEXT,
	payload BLOB NOT NULL,
	answer BLOB,
	attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
	next_at INTEGER NOT NULL,
	until_at INTEGER NOT NULL,
	reason TEXT,
	actor TEXT NOT NULL,
	job_id INTEGER REFERENCES job (id) ON DELETE SET NULL,
	created_at INTEGER NOT NULL,
	sent_at INTEGER,
	ended_at INTEGER,
	CHECK ((ended_at IS NULL) = (state IN ('waiting', 'sent', 'taken')))
) STRICT;
CREATE INDEX wpi_order_of_device ON wpi_order (mac, id);
CREATE INDEX wpi_order_open ON wpi_order (mac, id) WHERE ended_at IS NULL;
CREATE INDEX wpi_order_next ON wpi_order (next_at, id) WHERE ended_at IS NULL;
CREATE INDEX wpi_order_of_job ON wpi_order (job_id) WHERE job_id IS NOT NULL;

-- Files that an order is about, which must be there until it has ended.
CREATE TABLE wpi_order_file (
	name TEXT NOT NULL,
	order_id INTEGER NOT NULL REFERENCES wpi_order (id) ON DELETE CASCADE,
	PRIMARY KEY (name, order_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX wpi_order_file_of_order ON wpi_order_file (order_id);

-- Phones that are wanted: `due_at`, when they are called next (NULL: they are not,
-- but told so when they ask); `calls`, how often in vain.  Gone once they have come.
CREATE TABLE wpi_call (
	mac INTEGER PRIMARY KEY REFERENCES device (mac) ON DELETE CASCADE,
	due_at INTEGER,
	until_at INTEGER NOT NULL,
	calls INTEGER NOT NULL DEFAULT 0 CHECK (calls >= 0)
) STRICT;
CREATE INDEX wpi_call_due ON wpi_call (due_at, mac) WHERE due_at IS NOT NULL;

-- Attempts at a version that a phone does not run yet, so that one that never
-- will is not kept loading it.
CREATE TABLE wpi_firmware_try (
	mac INTEGER NOT NULL REFERENCES device (mac) ON DELETE CASCADE,
	version TEXT NOT NULL CHECK (length(version) BETWEEN 1 AND 64),
	tries INTEGER NOT NULL CHECK (tries >= 1),
	last_at INTEGER NOT NULL,
	PRIMARY KEY (mac, version)
) STRICT, WITHOUT ROWID;

-- Where a phone has reached us, as it wrote it: https://192.0.2.1:18443.
CREATE TABLE wpi_origin (
	mac INTEGER PRIMARY KEY REFERENCES device (mac) ON DELETE CASCADE,
	origin TEXT NOT NULL CHECK (length(origin) BETWEEN 1 AND 280)
) STRICT;

-- Files for phones.  The bytes lie in a file that is named by their hash; what
-- has a name never changes its bytes, since a phone does not fetch again what it
-- has under the same name.
CREATE TABLE wpi_file (
	name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 128),
	type TEXT NOT NULL CHECK (length(type) BETWEEN 1 AND 16),
	sha256 TEXT NOT NULL CHECK (length(sha256) = 64 AND sha256 = lower(sha256)),
	size INTEGER NOT NULL CHECK (size > 0),
	added_at INTEGER NOT NULL
) STRICT;
CREATE INDEX wpi_file_by_hash ON wpi_file (sha256);
