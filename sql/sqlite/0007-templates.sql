-- Files that are given to phones as they are, but for their placeholders: one for
-- a scope ('product:dx800', 'group:ward', 'device:7C2F80E0D605').  Sealed: they may
-- hold passwords.
CREATE TABLE template (
	scope TEXT NOT NULL PRIMARY KEY,
	content_type TEXT NOT NULL CHECK (length(content_type) BETWEEN 3 AND 100),
	text BLOB NOT NULL,
	updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the document is sent as; NULL: as its format is.
ALTER TABLE rendition ADD COLUMN content_type TEXT;
