-- OpenStage desk phones: how far they are believed to be who they say.
--
-- `address` is the one that a phone is bound to.  `enrolled_until` is how long its
-- secrets may be written: to the first address that they are sent to (`told_to`),
-- and until it has taken them.  `fingerprint` is of the certificate that it has
-- shown: with one it is in secure mode.  `next_*` is one that it is to be given until
-- `next_give_until`, and has not shown yet; `next_told_to` where it was sent.

CREATE TABLE wpi_trust (
	mac INTEGER PRIMARY KEY REFERENCES device (mac) ON DELETE CASCADE,
	address TEXT,
	bound_at INTEGER,
	enrolled_until INTEGER,
	told_to TEXT,
	told_at INTEGER,
	taken_at INTEGER,
	fingerprint TEXT CHECK (length(fingerprint) = 64),
	certificate_until INTEGER,
	secured_at INTEGER,
	next_fingerprint TEXT CHECK (length(next_fingerprint) = 64),
	next_until INTEGER,
	next_pkcs12 BLOB,
	next_give_until INTEGER,
	next_told_to TEXT,
	next_told_at INTEGER,
	CHECK ((address IS NULL) = (bound_at IS NULL)),
	CHECK ((fingerprint IS NULL) = (certificate_until IS NULL)),
	CHECK ((fingerprint IS NULL) = (secured_at IS NULL)),
	CHECK ((next_fingerprint IS NULL) = (next_until IS NULL)),
	CHECK ((next_fingerprint IS NULL) = (next_pkcs12 IS NULL))
) STRICT;
CREATE INDEX wpi_trust_certificate ON wpi_trust (certificate_until)
	WHERE certificate_until IS NOT NULL;
