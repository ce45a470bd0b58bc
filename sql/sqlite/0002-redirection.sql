-- Redirection: what is known of devices before anybody registers them, proofs
-- of possession that failed, activation codes, and mirrors of registrations
-- on other servers.

-- Devices as the manufacturer knows them (imported): `mac_id` is the suffix on the box.
CREATE TABLE inventory (
	mac INTEGER PRIMARY KEY CHECK (mac BETWEEN 0 AND 281474976710655),
	mac_id TEXT CHECK (length(mac_id) = 4 AND mac_id = upper(mac_id)),
	product TEXT,
	secret BLOB,
	created_at INTEGER NOT NULL
) STRICT;

-- Wrong MAC-ID suffixes of a MAC, since the last right one or the last lock.
CREATE TABLE mac_id_failure (
	mac INTEGER PRIMARY KEY CHECK (mac BETWEEN 0 AND 281474976710655),
	failures INTEGER NOT NULL CHECK (failures > 0),
	locked_until INTEGER NOT NULL DEFAULT 0,
	last_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mac_id_failure_locked ON mac_id_failure (mac) WHERE locked_until > 0;

-- Where a device that comes with an activation code instead of a MAC is sent.
CREATE TABLE activation (
	code TEXT NOT NULL PRIMARY KEY CHECK (length(code) BETWEEN 1 AND 64),
	password BLOB NOT NULL,
	provider_id INTEGER NOT NULL REFERENCES provider (id) ON DELETE RESTRICT,
	url TEXT NOT NULL,
	created_at INTEGER NOT NULL
) STRICT;

-- A provider's URL, for dialects that register a MAC under a server's name.
ALTER TABLE provider ADD COLUMN default_url TEXT;

-- What has to be told to another server, oldest first; one row at a time for each MAC.
-- `url` and `provider` are those that the registration has there (NULL: whatever it has);
-- `unsure` while nobody knows whether the other server has seen it.
CREATE TABLE outbox (
	id INTEGER PRIMARY KEY,
	upstream TEXT NOT NULL,
	mac INTEGER NOT NULL,
	action TEXT NOT NULL CHECK (action IN ('register', 'deregister')),
	mac_id TEXT,
	url TEXT,
	provider TEXT,
	attempts INTEGER NOT NULL DEFAULT 0,
	next_at INTEGER NOT NULL,
	unsure INTEGER NOT NULL DEFAULT 0 CHECK (unsure IN (0, 1)),
	error TEXT,
	created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (upstream, next_at, id);
CREATE INDEX outbox_by_mac ON outbox (upstream, mac, id);

-- How the last thing told to another server about a MAC ended.  `confirmed`: it is
-- registered there, but the device's password was not told.
CREATE TABLE upstream_state (
	upstream TEXT NOT NULL,
	mac INTEGER NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('registered', 'confirmed', 'gone', 'refused')),
	answer TEXT NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (upstream, mac)
) STRICT, WITHOUT ROWID;
CREATE INDEX upstream_state_by_state ON upstream_state (upstream, state, mac);
