-- The file, version 1. Once released this text never changes; the next version is 0002.sql.
-- Everything of ours begins cx_; data tables keep their own names.

CREATE TABLE cx_workspace (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    id         INTEGER NOT NULL,
    seq        INTEGER NOT NULL DEFAULT 0,   -- last seq of the ws stream
    at         INTEGER NOT NULL DEFAULT 0,   -- last time in it
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE cx_project (
    name       TEXT PRIMARY KEY COLLATE NOCASE,
    type       TEXT    NOT NULL CHECK (type IN ('outreach', 'call_analyzer')),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE cx_request (
    id   INTEGER PRIMARY KEY,
    at   INTEGER NOT NULL,
    verb TEXT    NOT NULL
) STRICT;

-- The log ------------------------------------------------------------------------------------------------------------

CREATE TABLE cx_event_type (
    code INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE cx_segment (
    cursor INTEGER PRIMARY KEY CHECK (cursor > 0),
    job    INTEGER,                          -- null: the ws stream
    row    INTEGER CHECK (row IS NULL OR job IS NOT NULL),
    seq    INTEGER NOT NULL CHECK (seq > 0),
    n      INTEGER NOT NULL CHECK (n > 0),
    at     INTEGER NOT NULL,
    events TEXT    NOT NULL
) STRICT;
CREATE INDEX cx_segment_of ON cx_segment (job, row);

CREATE TABLE cx_seal (
    upto_cursor INTEGER PRIMARY KEY,
    request     INTEGER NOT NULL,
    hash        BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- What is left of a pruned segment: its place and its digest, so that the seals still hold.
CREATE TABLE cx_tombstone (
    cursor INTEGER PRIMARY KEY CHECK (cursor > 0),
    job    INTEGER NOT NULL,
    n      INTEGER NOT NULL CHECK (n > 0),
    hash   BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- A segment may go where its tombstone stands.
CREATE TRIGGER cx_segment_is_kept BEFORE DELETE ON cx_segment
WHEN NOT EXISTS (SELECT 1 FROM cx_tombstone t WHERE t.cursor = OLD.cursor AND t.job = OLD.job AND t.n = OLD.n)
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER cx_segment_is_final BEFORE UPDATE ON cx_segment BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER cx_tombstone_is_kept  BEFORE DELETE ON cx_tombstone BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER cx_tombstone_is_final BEFORE UPDATE ON cx_tombstone BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER cx_seal_is_kept     BEFORE DELETE ON cx_seal    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER cx_seal_is_final    BEFORE UPDATE ON cx_seal    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

CREATE VIEW cx_events AS
SELECT s.cursor + e.key AS cursor, s.job, s.row, s.seq + e.key AS seq,
       s.at + coalesce(e.value ->> 1, 0) AS at,
       t.name AS type, e.value -> 2 AS payload
FROM cx_segment s, json_each(s.events) e
JOIN cx_event_type t ON t.code = e.value ->> 0;

-- Things -------------------------------------------------------------------------------------------------------------

CREATE TABLE cx_table (
    name       TEXT PRIMARY KEY COLLATE NOCASE,
    project    TEXT    NOT NULL COLLATE NOCASE REFERENCES cx_project (name),
    columns    TEXT    NOT NULL CHECK (json_type(columns) = 'array'),
    metadata   TEXT    CHECK (metadata IS NULL OR json_type(metadata) = 'array'),
    rows       INTEGER NOT NULL CHECK (rows >= 0),
    next_row   INTEGER NOT NULL CHECK (next_row > rows),
    sha256     TEXT    CHECK (length(sha256) = 64),
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Where the numbers of a dropped table's rows ended: they are never used twice.
CREATE TABLE cx_retired (
    name     TEXT PRIMARY KEY COLLATE NOCASE,
    next_row INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE cx_spinner (
    name         TEXT    NOT NULL COLLATE NOCASE,
    version      INTEGER NOT NULL CHECK (version > 0),
    project      TEXT    NOT NULL COLLATE NOCASE REFERENCES cx_project (name),   -- the same for all versions
    hash         TEXT    NOT NULL CHECK (length(hash) = 64),
    definition   TEXT    NOT NULL,
    published_at INTEGER NOT NULL,
    PRIMARY KEY (name, version)
) STRICT, WITHOUT ROWID;

-- What opens the vault once there is a key. The key is not here, nor anything that would tell a wrong one from a change.
CREATE TABLE cx_vault (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    id      BLOB    NOT NULL CHECK (length(id) = 16),
    memory  INTEGER CHECK (memory > 0),       -- KiB; null with the next three: the key comes as such
    passes  INTEGER CHECK (passes > 0),
    lanes   INTEGER CHECK (lanes > 0),
    salt    BLOB    CHECK (length(salt) = 16),
    nonce   BLOB    NOT NULL CHECK (length(nonce) = 24),
    wrapped BLOB    NOT NULL CHECK (length(wrapped) = 48),
    CHECK ((memory IS NULL) = (passes IS NULL) AND (memory IS NULL) = (lanes IS NULL) AND (memory IS NULL) = (salt IS NULL))
) STRICT;

-- Values encrypted; the rest is the fold of the log.
CREATE TABLE cx_credential (
    name       TEXT PRIMARY KEY COLLATE NOCASE,
    status     INTEGER NOT NULL CHECK (status BETWEEN 0 AND 2),
    nonce      BLOB    NOT NULL CHECK (length(nonce) = 24),
    ciphertext BLOB    NOT NULL CHECK (length(ciphertext) > 16),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL CHECK (updated_at >= created_at)
) STRICT, WITHOUT ROWID;

-- Integrations and channels as the settings file had them when somebody wrote last; all of it is the fold of the log.
CREATE TABLE cx_connection (
    object     INTEGER NOT NULL CHECK (object BETWEEN 0 AND 1),
    name       TEXT    NOT NULL COLLATE NOCASE,
    kind       TEXT    NOT NULL,
    provider   TEXT    NOT NULL,
    sha256     TEXT    NOT NULL,
    status     INTEGER NOT NULL CHECK (status BETWEEN 0 AND 5),
    reason     TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL CHECK (updated_at >= created_at),
    since      INTEGER NOT NULL CHECK (since >= created_at),
    PRIMARY KEY (object, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE cx_session (
    id         INTEGER PRIMARY KEY,
    job        INTEGER NOT NULL,
    status     INTEGER NOT NULL CHECK (status BETWEEN 0 AND 5),
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    CHECK ((status IN (4, 5)) = (ended_at IS NOT NULL))
) STRICT;
CREATE INDEX cx_session_live ON cx_session (job) WHERE status < 4;

-- The fold of the log ------------------------------------------------------------------------------------------------
-- Statuses are the numbers of model/status.rs.

CREATE TABLE cx_job (
    id              INTEGER PRIMARY KEY,
    spinner         TEXT    NOT NULL COLLATE NOCASE,
    version         INTEGER NOT NULL,
    tbl             TEXT    NOT NULL COLLATE NOCASE,
    project         TEXT    NOT NULL COLLATE NOCASE REFERENCES cx_project (name),   -- the table's
    fields          TEXT    NOT NULL CHECK (json_type(fields) = 'array'),
    steps           TEXT    NOT NULL CHECK (json_type(steps) = 'array'),
    settings        TEXT    NOT NULL,         -- overrides given on the command line
    status          INTEGER NOT NULL CHECK (status BETWEEN 0 AND 8),
    reason          TEXT,
    total           INTEGER NOT NULL CHECK (total > 0),
    queued          INTEGER NOT NULL DEFAULT 0 CHECK (queued >= 0),
    running         INTEGER NOT NULL DEFAULT 0 CHECK (running >= 0),
    waiting         INTEGER NOT NULL DEFAULT 0 CHECK (waiting >= 0),
    sleeping        INTEGER NOT NULL DEFAULT 0 CHECK (sleeping >= 0),
    completed       INTEGER NOT NULL DEFAULT 0 CHECK (completed >= 0),
    failed          INTEGER NOT NULL DEFAULT 0 CHECK (failed >= 0),
    canceled        INTEGER NOT NULL DEFAULT 0 CHECK (canceled >= 0),
    created_at      INTEGER NOT NULL,
    started_at      INTEGER,
    ended_at        INTEGER,
    ran             INTEGER NOT NULL DEFAULT 0,  -- milliseconds it ran, up to when it last stopped running
    since           INTEGER,                     -- running since
    idempotency_key TEXT UNIQUE,
    fingerprint     TEXT    NOT NULL,         -- of the arguments behind the key
    retry_of        INTEGER REFERENCES cx_job (id),
    pruned_at       INTEGER CHECK (pruned_at IS NULL OR ended_at IS NOT NULL),
    seq             INTEGER NOT NULL DEFAULT 0,
    at              INTEGER NOT NULL DEFAULT 0,
    CHECK ((status IN (6, 7, 8)) = (ended_at IS NOT NULL)),
    CHECK (status IN (0, 1, 5, 6, 8) OR started_at IS NOT NULL),
    CHECK ((status = 2) = (since IS NOT NULL)),
    CHECK (queued + running + waiting + sleeping + completed + failed + canceled <= total)
) STRICT;
CREATE INDEX cx_job_made ON cx_job (created_at);   -- the plan's meters
CREATE INDEX cx_job_open ON cx_job (tbl) WHERE ended_at IS NULL;
CREATE INDEX cx_job_retry ON cx_job (retry_of) WHERE retry_of IS NOT NULL;

-- The rows that a job will run over, frozen: ranges of row numbers, both ends included.
CREATE TABLE cx_selection (
    job   INTEGER NOT NULL,
    first INTEGER NOT NULL CHECK (first > 0),
    last  INTEGER NOT NULL CHECK (last >= first),
    PRIMARY KEY (job, first)
) STRICT, WITHOUT ROWID;

CREATE TABLE cx_record (
    job         INTEGER NOT NULL,
    row         INTEGER NOT NULL,
    status      INTEGER NOT NULL CHECK (status BETWEEN 0 AND 8),
    attempt     INTEGER NOT NULL,
    claim       INTEGER NOT NULL,
    partial     INTEGER NOT NULL CHECK (partial IN (0, 1)),
    started_at  INTEGER CHECK (started_at IS NOT NULL OR claim = 0),
    ended_at    INTEGER CHECK ((ended_at IS NOT NULL) = (status >= 6)),
    failed_step INTEGER,
    reason      TEXT,
    disposition TEXT,
    PRIMARY KEY (job, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX cx_record_open ON cx_record (job, row) WHERE status < 6;

-- How often what: dispositions, failures and outcome keys of a job's ended records, and what language models read and
-- wrote for them.
CREATE TABLE cx_tally (
    job  INTEGER NOT NULL,
    what TEXT    NOT NULL CHECK (what IN ('disposition', 'failure', 'outcome',
                                             'ai_calls', 'ai_input_tokens', 'ai_output_tokens')),
    key  TEXT    NOT NULL,
    n    INTEGER NOT NULL CHECK (n > 0),
    PRIMARY KEY (job, what, key)
) STRICT, WITHOUT ROWID;
