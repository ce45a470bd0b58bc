-- When a device last asked the redirection service for its URL, and was told.

ALTER TABLE seen ADD COLUMN redirected_at INTEGER;
