-- What devices have that were removed here, in case they come back: the shrink
-- guard compares with it until they are given something.
--
-- `body` is the sealed document of the rendition that went with the device.
-- Nothing refers to the device, which is gone.
CREATE TABLE rendition_kept (
	mac INTEGER PRIMARY KEY,
	kept_at INTEGER NOT NULL,
	given_at INTEGER,
	body BLOB NOT NULL
) STRICT;
