-- OpenStage desk phones: what they said when they called last, how that ended, and
-- what became of each item that they are to have.
--
-- `told` is all that a phone has told of its items, sealed.  `outcome` is a word of
-- include/wpi/records.def; NULL while a dialogue is under way, and after one that
-- the daemon did not live to see the end of.

CREATE TABLE wpi_phone (
	mac INTEGER PRIMARY KEY REFERENCES device (mac) ON DELETE CASCADE,
	reason TEXT NOT NULL,
	address TEXT NOT NULL,
	contacted_at INTEGER NOT NULL,
	contacts INTEGER NOT NULL CHECK (contacts >= 1),
	device_type TEXT,
	software_type TEXT,
	software_version TEXT,
	part_number TEXT,
	contact_me_uri TEXT,
	e164 TEXT,
	outcome TEXT,
	ended_at INTEGER,
	configured_at INTEGER,
	configured_etag TEXT,
	told BLOB,
	told_at INTEGER
) STRICT;
CREATE INDEX wpi_phone_open ON wpi_phone (contacted_at) WHERE outcome IS NULL;

-- `wanted` is a keyed fingerprint of the value that `writes` and `status` are of:
-- another value begins anew.  item_index -1: it has none.  `status` is the word with
-- which the phone refused it, running `firmware`; `changed` is what somebody made of
-- it at the phone, sealed.
CREATE TABLE wpi_item (
	mac INTEGER NOT NULL REFERENCES device (mac) ON DELETE CASCADE,
	name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
	item_index INTEGER NOT NULL CHECK (item_index BETWEEN -1 AND 999999),
	wanted TEXT NOT NULL,
	writes INTEGER NOT NULL DEFAULT 0 CHECK (writes >= 0),
	written_at INTEGER,
	status TEXT,
	refused_at INTEGER,
	firmware TEXT,
	changed BLOB,
	changed_at INTEGER,
	is_kept INTEGER NOT NULL DEFAULT 0 CHECK (is_kept IN (0, 1)),
	PRIMARY KEY (mac, name, item_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX wpi_item_refused ON wpi_item (mac) WHERE status IS NOT NULL;
CREATE INDEX wpi_item_kept ON wpi_item (mac) WHERE is_kept = 1;
