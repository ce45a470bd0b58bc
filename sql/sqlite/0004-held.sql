-- What devices were given is kept as what it was made of, not only as bytes, so
-- that the shrink guard can give it once more.
--
-- `body` is the sealed document (fleet/body.h) behind the bytes in `document`.
-- Once that has been given (`given_at`) it is what the device has; until then
-- `released` is, which was given at `released_at`.  While the guard holds a
-- change back, `held_at` says since when, and the other three how many of how
-- many handsets would go, and which (keys in their order, separated by blanks).
-- `acknowledged` are those that may.  Small columns come first: a fetch reads
-- them without those that fill pages.
CREATE TABLE rendition_with_body (
	mac INTEGER PRIMARY KEY REFERENCES device (mac) ON DELETE CASCADE,
	revision TEXT NOT NULL,
	etag TEXT NOT NULL,
	until_at INTEGER,
	made_at INTEGER NOT NULL,
	given_at INTEGER,
	released_at INTEGER,
	held_at INTEGER,
	held_missing INTEGER CHECK (held_missing > 0),
	held_all INTEGER CHECK (held_all >= held_missing),
	held_handsets TEXT,
	acknowledged TEXT,
	operations TEXT NOT NULL,
	document BLOB NOT NULL,
	body BLOB,
	released BLOB,
	CHECK ((held_at IS NULL) = (held_missing IS NULL)),
	CHECK ((held_at IS NULL) = (held_all IS NULL)),
	CHECK ((held_at IS NULL) = (held_handsets IS NULL))
) STRICT;
INSERT INTO rendition_with_body (mac, revision, etag, until_at, made_at, given_at, operations, document)
SELECT mac, revision, etag, until_at, made_at, given_at, operations, document
FROM rendition;
DROP TABLE rendition;
ALTER TABLE rendition_with_body RENAME TO rendition;
CREATE INDEX rendition_held ON rendition (mac) WHERE held_at IS NOT NULL;
