-- The last time that each device was told to fetch, and what came of it.

CREATE TABLE notify (
	mac INTEGER PRIMARY KEY,
	sent_at INTEGER NOT NULL,
	outcome TEXT NOT NULL
		CHECK (outcome IN ('sent', 'accepted', 'refused', 'no_answer', 'failed')),
	status INTEGER,
	words TEXT,
	target TEXT,
	reboot INTEGER NOT NULL CHECK (reboot IN (0, 1)),
	answered_at INTEGER,
	fetched_at INTEGER
) STRICT;
