-- Changes wait for windows, and firmware is there within them.

-- Since when a schedule makes changes wait for the device, as of its last request.
ALTER TABLE rendition ADD COLUMN waits_at INTEGER;
CREATE INDEX rendition_waiting ON rendition (mac) WHERE waits_at IS NOT NULL;

-- The download that a device has begun in a window of its schedule: it may finish behind it.
CREATE TABLE firmware_begun (
	mac INTEGER PRIMARY KEY REFERENCES device (mac) ON DELETE CASCADE,
	name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
	begun_at INTEGER NOT NULL
) STRICT;
