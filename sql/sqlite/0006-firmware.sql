-- Firmware files in [daemon] firmware_dir.  `good`: served; `changed`: what lies
-- there is not what was added; `fetching` and `failed`: a mirror is at it, and
-- sha256 is what the file must have.
CREATE TABLE firmware (
	name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 128),
	version TEXT CHECK (length(version) BETWEEN 1 AND 64),
	state TEXT NOT NULL CHECK (state IN ('good', 'changed', 'fetching', 'failed')),
	sha256 TEXT NOT NULL CHECK (length(sha256) = 64 AND sha256 = lower(sha256)),
	size INTEGER NOT NULL DEFAULT 0 CHECK (size >= 0),
	modified_ns INTEGER NOT NULL DEFAULT 0,
	source TEXT,
	note TEXT,
	error TEXT,
	added_at INTEGER NOT NULL,
	CHECK (state NOT IN ('fetching', 'failed') OR source IS NOT NULL)
) STRICT;

-- Which devices may have it.
CREATE TABLE firmware_product (
	product TEXT NOT NULL,
	name TEXT NOT NULL REFERENCES firmware (name) ON DELETE CASCADE,
	PRIMARY KEY (product, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX firmware_product_by_name ON firmware_product (name, product);
