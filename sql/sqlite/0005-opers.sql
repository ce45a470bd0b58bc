-- Things of a device's document that are neither parameters nor handsets nor
-- operations: assignments to trunks, a spare DECT manager, what an import found.

CREATE TABLE oper (
	id INTEGER PRIMARY KEY,
	mac INTEGER NOT NULL REFERENCES device (mac) ON DELETE CASCADE,
	position INTEGER NOT NULL CHECK (position >= 1),
	name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
	value TEXT CHECK (length(value) > 0),
	created_at INTEGER NOT NULL,
	UNIQUE (mac, position)
) STRICT;

CREATE TABLE oper_param (
	oper_id INTEGER NOT NULL REFERENCES oper (id) ON DELETE CASCADE,
	position INTEGER NOT NULL CHECK (position >= 1),
	name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
	value TEXT CHECK (length(value) > 0),
	secret BLOB,
	PRIMARY KEY (oper_id, position),
	CHECK ((value IS NULL) <> (secret IS NULL))
) STRICT, WITHOUT ROWID;
