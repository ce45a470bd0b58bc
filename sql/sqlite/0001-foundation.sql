-- What gigaprovd keeps.  MACs are 48-bit integers, times UTC seconds, columns
-- that hold sealed bytes are BLOBs.  `revision` counters feed the revision of
-- the documents that depend on the row.

CREATE TABLE meta (
	name TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) STRICT;

CREATE TABLE account (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
	role TEXT NOT NULL CHECK (role IN ('admin', 'integrator', 'viewer')),
	password_hash TEXT NOT NULL,
	ha1_md5 BLOB NOT NULL,
	ha1_sha256 BLOB NOT NULL,
	require_mac_id INTEGER CHECK (require_mac_id IN (0, 1)),
	version INTEGER NOT NULL DEFAULT 1,
	created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE provider (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
	created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE account_provider (
	account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	provider_id INTEGER NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
	PRIMARY KEY (account_id, provider_id)
) STRICT, WITHOUT ROWID;

-- One counter for each scope that has no row of its own: 'fleet', 'product:n870'.
CREATE TABLE scope_revision (
	scope TEXT NOT NULL PRIMARY KEY,
	revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE device_group (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
	revision INTEGER NOT NULL DEFAULT 1,
	created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE device (
	mac INTEGER PRIMARY KEY CHECK (mac BETWEEN 0 AND 281474976710655),
	product TEXT,
	group_id INTEGER REFERENCES device_group (id) ON DELETE RESTRICT,
	name TEXT,
	mac_id TEXT,
	secret BLOB,
	secret_origin TEXT CHECK (secret_origin IN ('given', 'made')),
	secret_account_id INTEGER REFERENCES account (id) ON DELETE SET NULL,
	user_name TEXT,
	user_password BLOB,
	locked_at INTEGER,
	provisioned_at INTEGER,
	revision INTEGER NOT NULL DEFAULT 1,
	created_at INTEGER NOT NULL,
	CHECK ((secret IS NULL) = (secret_origin IS NULL))
) STRICT;
CREATE INDEX device_by_group ON device (group_id, mac) WHERE group_id IS NOT NULL;
CREATE INDEX device_by_product ON device (product, mac) WHERE product IS NOT NULL;

CREATE TABLE registration (
	mac INTEGER PRIMARY KEY REFERENCES device (mac) ON DELETE CASCADE,
	provider_id INTEGER NOT NULL REFERENCES provider (id) ON DELETE RESTRICT,
	account_id INTEGER REFERENCES account (id) ON DELETE SET NULL,
	url TEXT NOT NULL,
	created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX registration_by_provider ON registration (provider_id, mac);

CREATE TABLE sip_server (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
	domain TEXT NOT NULL,
	proxy_address TEXT NOT NULL,
	proxy_port INTEGER NOT NULL CHECK (proxy_port BETWEEN 1 AND 65535),
	registrar_address TEXT NOT NULL,
	registrar_port INTEGER NOT NULL CHECK (registrar_port BETWEEN 1 AND 65535),
	transport TEXT NOT NULL CHECK (transport IN ('udp', 'tcp', 'tls')),
	revision INTEGER NOT NULL DEFAULT 1,
	created_at INTEGER NOT NULL
) STRICT;

-- The index (SipProvider.n) under which a device knows a server; it stays while a line uses it.
CREATE TABLE device_sip_server (
	mac INTEGER NOT NULL REFERENCES device (mac) ON DELETE CASCADE,
	position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 19),
	sip_server_id INTEGER NOT NULL REFERENCES sip_server (id) ON DELETE RESTRICT,
	PRIMARY KEY (mac, position),
	UNIQUE (mac, sip_server_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_sip_server_by_server ON device_sip_server (sip_server_id);

CREATE TABLE handset (
	mac INTEGER NOT NULL REFERENCES device (mac) ON DELETE CASCADE,
	slot INTEGER NOT NULL CHECK (slot BETWEEN 1 AND 20000),
	ipui TEXT NOT NULL UNIQUE CHECK (length(ipui) = 10 AND ipui = lower(ipui)),
	name TEXT,
	pin BLOB,
	origin TEXT NOT NULL CHECK (origin IN ('hand', 'import')),
	created_at INTEGER NOT NULL,
	PRIMARY KEY (mac, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE line (
	mac INTEGER NOT NULL REFERENCES device (mac) ON DELETE CASCADE,
	slot INTEGER NOT NULL CHECK (slot BETWEEN 1 AND 20000),
	sip_server_id INTEGER NOT NULL REFERENCES sip_server (id) ON DELETE RESTRICT,
	user_name TEXT NOT NULL,
	auth_name TEXT NOT NULL,
	auth_password BLOB,
	display_name TEXT NOT NULL,
	PRIMARY KEY (mac, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX line_by_server ON line (sip_server_id);

-- 'fleet', 'product:n870', 'group:ward', 'device:7C2F80E0D605', 'handset:029e74a599'
CREATE TABLE setting (
	scope TEXT NOT NULL,
	name TEXT NOT NULL,
	value TEXT,
	secret BLOB,
	updated_at INTEGER NOT NULL,
	PRIMARY KEY (scope, name),
	CHECK ((value IS NULL) <> (secret IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE operation (
	id INTEGER PRIMARY KEY,
	mac INTEGER NOT NULL REFERENCES device (mac) ON DELETE CASCADE,
	kind TEXT NOT NULL CHECK (kind IN ('remove_handset', 'open_registration', 'firmware')),
	ipui TEXT,
	mode TEXT CHECK (mode IN ('delete', 'deregister')),
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
CREATE INDEX operation_by_mac ON operation (mac, id);

-- `handsets` are the IPUIs that the document adds, `handsets_given` those of the
-- last document that the device was really given; `operations` are the ids that it carries.
CREATE TABLE rendition (
	mac INTEGER PRIMARY KEY REFERENCES device (mac) ON DELETE CASCADE,
	revision TEXT NOT NULL,
	etag TEXT NOT NULL,
	until_at INTEGER,
	handsets TEXT NOT NULL,
	handsets_given TEXT NOT NULL DEFAULT '',
	operations TEXT NOT NULL,
	document BLOB NOT NULL,
	made_at INTEGER NOT NULL,
	given_at INTEGER
) STRICT;

CREATE TABLE audit (
	id INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	actor TEXT NOT NULL,
	address TEXT NOT NULL,
	request TEXT NOT NULL,
	action TEXT NOT NULL,
	object TEXT NOT NULL,
	before TEXT,
	after TEXT
) STRICT;
