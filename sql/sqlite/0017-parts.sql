-- Elements of <firmware> and <custom> that an import found and nothing here has a
-- name for: they are written into the device's document as they were.  `depth` 0
-- stands directly there, n in the last one before it that has n - 1.  What stands
-- between tags may be a key, so it is sealed, and so is what looks like a secret.

CREATE TABLE document_part (
	mac INTEGER NOT NULL REFERENCES device (mac) ON DELETE CASCADE,
	place TEXT NOT NULL CHECK (place IN ('firmware', 'custom')),
	position INTEGER NOT NULL CHECK (position >= 1),
	depth INTEGER NOT NULL CHECK (depth BETWEEN 0 AND 100),
	name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
	text BLOB,
	created_at INTEGER NOT NULL,
	PRIMARY KEY (mac, place, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE document_part_attribute (
	mac INTEGER NOT NULL,
	place TEXT NOT NULL,
	part INTEGER NOT NULL,
	position INTEGER NOT NULL CHECK (position >= 1),
	name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
	value TEXT,
	secret BLOB,
	PRIMARY KEY (mac, place, part, position),
	FOREIGN KEY (mac, place, part)
		REFERENCES document_part (mac, place, position) ON DELETE CASCADE,
	CHECK ((value IS NULL) <> (secret IS NULL))
) STRICT, WITHOUT ROWID;
