-- What a phone tells of all its items is long, and its row in wpi_phone is written and
-- read with every call: apart, it is written when it has changed, and read when asked.

CREATE TABLE wpi_told (
	mac INTEGER PRIMARY KEY REFERENCES wpi_phone (mac) ON DELETE CASCADE,
	told BLOB NOT NULL
) STRICT;
INSERT INTO wpi_told (mac, told)
	SELECT mac, told FROM wpi_phone WHERE told IS NOT NULL;
ALTER TABLE wpi_phone DROP COLUMN told;
