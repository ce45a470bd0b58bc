-- Jobs: something to be done to many devices, each in its window, in waves.
--
-- `phase` is what the ticks do next; `halted` the phase in which a job was
-- stopped.  `cursor` is how far paging has come, over devices while selecting and
-- over rows of job_device while a wave opens.  `forgiven_*` are what had ended
-- when the job was last resumed: thresholds count from there.

CREATE TABLE job (
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL CHECK (kind IN ('reprovision', 'firmware', 'open_registration', 'restart')),
	rollout TEXT NOT NULL CHECK (length(rollout) BETWEEN 1 AND 64),
	phase TEXT NOT NULL
		CHECK (phase IN ('selecting', 'opening', 'running', 'stopping', 'stopped', 'done')),
	halted TEXT CHECK (halted IN ('selecting', 'opening', 'running')),
	paused_at INTEGER,
	reason TEXT,
	actor TEXT NOT NULL,
	provider TEXT,
	device_group TEXT,
	product TEXT,
	firmware TEXT,
	firmware_below TEXT,
	listed INTEGER NOT NULL CHECK (listed IN (0, 1)),
	schedule TEXT,
	is_now INTEGER NOT NULL CHECK (is_now IN (0, 1)),
	cursor INTEGER NOT NULL,
	wave INTEGER NOT NULL,
	next_wave_at INTEGER,
	soak INTEGER NOT NULL CHECK (soak >= 0),
	advance INTEGER NOT NULL CHECK (advance BETWEEN 1 AND 100),
	stop_percent INTEGER NOT NULL CHECK (stop_percent BETWEEN 0 AND 100),
	stop_count INTEGER NOT NULL CHECK (stop_count >= 0),
	pause_percent INTEGER NOT NULL CHECK (pause_percent BETWEEN 0 AND 100),
	pause_count INTEGER NOT NULL CHECK (pause_count >= 0),
	minimum INTEGER NOT NULL CHECK (minimum >= 1),
	max_concurrent INTEGER NOT NULL CHECK (max_concurrent >= 0),
	per_minute INTEGER NOT NULL CHECK (per_minute >= 0),
	tries INTEGER NOT NULL CHECK (tries >= 1),
	windows INTEGER NOT NULL CHECK (windows >= 1),
	minute INTEGER NOT NULL DEFAULT 0,
	starts INTEGER NOT NULL DEFAULT 0,
	under_way INTEGER NOT NULL DEFAULT 0 CHECK (under_way >= 0),
	forgiven_ended INTEGER NOT NULL DEFAULT 0,
	forgiven_failed INTEGER NOT NULL DEFAULT 0,
	version TEXT,
	downgrade INTEGER NOT NULL CHECK (downgrade IN (0, 1)),
	dm TEXT,
	duration INTEGER,
	password BLOB,
	created_at INTEGER NOT NULL,
	ended_at INTEGER
) STRICT;
CREATE INDEX job_active ON job (id)
	WHERE paused_at IS NULL AND phase IN ('selecting', 'opening', 'running', 'stopping');

-- `percent` is cumulative; NULL: the devices that were named to be the first.
CREATE TABLE job_wave (
	job_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
	wave INTEGER NOT NULL CHECK (wave >= 0),
	percent INTEGER CHECK (percent BETWEEN 1 AND 100),
	devices INTEGER NOT NULL DEFAULT 0,
	offered INTEGER NOT NULL DEFAULT 0 CHECK (offered >= 0),
	confirmed INTEGER NOT NULL DEFAULT 0 CHECK (confirmed >= 0),
	failed INTEGER NOT NULL DEFAULT 0 CHECK (failed >= 0),
	gone INTEGER NOT NULL DEFAULT 0 CHECK (gone >= 0),
	opened_at INTEGER,
	PRIMARY KEY (job_id, wave)
) STRICT, WITHOUT ROWID;

-- Rows outlive their devices.  `due_at`: when a waiting one is offered, or an
-- offered one has had long enough; NULL while its wave is closed.  `tries` are those
-- in this window, `windows` those that have gone by without success.
CREATE TABLE job_device (
	job_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
	mac INTEGER NOT NULL,
	wave INTEGER NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('waiting', 'offered', 'confirmed', 'failed', 'gone')),
	due_at INTEGER,
	close_at INTEGER,
	enrolled_at INTEGER,
	tries INTEGER NOT NULL DEFAULT 0,
	windows INTEGER NOT NULL DEFAULT 0,
	attempts INTEGER NOT NULL DEFAULT 0,
	is_told INTEGER NOT NULL DEFAULT 0 CHECK (is_told IN (0, 1)),
	operation_id INTEGER,
	reason TEXT,
	offered_at INTEGER,
	fetched_at INTEGER,
	ended_at INTEGER,
	PRIMARY KEY (job_id, mac)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_device_due ON job_device (job_id, state, due_at, mac) WHERE due_at IS NOT NULL;
CREATE INDEX job_device_by_state ON job_device (job_id, state, mac);
CREATE INDEX job_device_begun ON job_device (mac, job_id)
	WHERE offered_at IS NOT NULL AND ended_at IS NULL;
