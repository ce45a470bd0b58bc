-- Handsets are known by their IPUI, or by slot and PIN until it is known; they
-- and their removals have dates; a handset that has moved waits for the device
-- that it comes from; what a device says about itself is kept.

-- `waits_mac` is the device that must be told to forget the handset before this one's
-- document adds it, `added_at` the first fetch that carried its add_hs.
CREATE TABLE handset_new (
	mac INTEGER NOT NULL REFERENCES device (mac) ON DELETE CASCADE,
	slot INTEGER NOT NULL CHECK (slot BETWEEN 1 AND 20000),
	ipui TEXT UNIQUE CHECK (length(ipui) = 10 AND ipui = lower(ipui)),
	name TEXT,
	pin BLOB,
	origin TEXT NOT NULL CHECK (origin IN ('hand', 'import')),
	waits_mac INTEGER REFERENCES device (mac) ON DELETE SET NULL,
	added_at INTEGER,
	registered_at INTEGER,
	created_at INTEGER NOT NULL,
	PRIMARY KEY (mac, slot),
	CHECK (ipui IS NOT NULL OR pin IS NOT NULL)
) STRICT, WITHOUT ROWID;
INSERT INTO handset_new (mac, slot, ipui, name, pin, origin, added_at, registered_at, created_at)
SELECT h.mac, h.slot, h.ipui, h.name, h.pin, h.origin,
	CASE WHEN instr(r.handsets_given, h.ipui) > 0 THEN coalesce(r.given_at, r.made_at) END,
	CASE WHEN instr(r.handsets_given, h.ipui) > 0 THEN coalesce(r.given_at, r.made_at) END,
	h.created_at
FROM handset h
LEFT JOIN rendition r ON r.mac = h.mac;
DROP TABLE handset;
ALTER TABLE handset_new RENAME TO handset;
CREATE INDEX handset_by_waits ON handset (waits_mac) WHERE waits_mac IS NOT NULL;

-- `slot` and `name` are those that a removed handset had.  In mode 'absence' nothing is
-- written: a document with DeleteNotProvisionedHS that lacks the handset carries it.
CREATE TABLE operation_new (
	id INTEGER PRIMARY KEY,
	mac INTEGER NOT NULL REFERENCES device (mac) ON DELETE CASCADE,
	kind TEXT NOT NULL CHECK (kind IN ('remove_handset', 'open_registration', 'firmware')),
	ipui TEXT,
	slot INTEGER CHECK (slot BETWEEN 1 AND 20000),
	name TEXT,
	mode TEXT CHECK (mode IN ('delete', 'deregister', 'absence')),
	dm TEXT,
	start_at INTEGER,
	duration INTEGER,
	password BLOB,
	url TEXT,
	from_at INTEGER NOT NULL,
	until_at INTEGER,
	carried_at INTEGER,
	created_at INTEGER NOT NULL
) STRICT;
INSERT INTO operation_new (id, mac, kind, ipui, mode, dm, start_at, duration, password, url,
	from_at, until_at, carried_at, created_at)
SELECT id, mac, kind, ipui, mode, dm, start_at, duration, password, url,
	from_at, until_at, carried_at, created_at
FROM operation;
DROP TABLE operation;
ALTER TABLE operation_new RENAME TO operation;
CREATE INDEX operation_by_mac ON operation (mac, id);
CREATE INDEX operation_by_ipui ON operation (ipui) WHERE ipui IS NOT NULL;
CREATE INDEX operation_by_absence ON operation (mac, slot) WHERE mode = 'absence';
CREATE INDEX operation_by_end ON operation (until_at) WHERE until_at IS NOT NULL;

-- Firmware and capacity as its User-Agent tells them; `handsets` counts its rows of handset.
ALTER TABLE device ADD COLUMN firmware TEXT;
ALTER TABLE device ADD COLUMN capacity INTEGER CHECK (capacity >= 0);
ALTER TABLE device ADD COLUMN handsets INTEGER NOT NULL DEFAULT 0;
UPDATE device SET handsets = (SELECT count(*) FROM handset h WHERE h.mac = device.mac);
