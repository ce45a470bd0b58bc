-- When a device was last given its document and nothing waited for a window: the
-- success that a schedule's cycles count.

ALTER TABLE seen ADD COLUMN served_at INTEGER;

-- Those of whom it is not known yet whether they have come.
CREATE INDEX notify_open ON notify (sent_at) WHERE fetched_at IS NULL;
