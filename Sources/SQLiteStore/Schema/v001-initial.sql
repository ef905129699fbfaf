-- Version 1 of the store. Never edited once released: later versions are further files.
--
-- Instants are milliseconds since 1970 in UTC. Keys and content hashes are 64 bits, signed as SQLite keeps them.
-- "rid" is the order of arrival. Nothing here names a person, except the bytes in "raw" and "bytes".

PRAGMA application_id = 1346659704; -- "PDex" in ASCII

-- ---------------------------------------------------------------- staging

CREATE TABLE source (
    rid  INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE type (
    rid  INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE staged (
    rid     INTEGER PRIMARY KEY,
    k       INTEGER NOT NULL UNIQUE,
    source  INTEGER NOT NULL REFERENCES source (rid),
    type    INTEGER NOT NULL REFERENCES type (rid),
    id      TEXT    NOT NULL,
    version TEXT,
    updated INTEGER,
    patient INTEGER,
    hash    INTEGER NOT NULL,
    raw     BLOB    NOT NULL
) STRICT;

-- compartment(of:), compartmentHashes(of:) and patients(ofSource:), the last two from this index alone.
CREATE INDEX staged_patient ON staged (patient, k, hash, source) WHERE patient IS NOT NULL;
-- outsideRoster(of:): what belongs to no patient at all.
CREATE INDEX staged_unlinked ON staged (source, type) WHERE patient IS NULL;
-- keys(ofSource:type:) and patients(ofSource:), page by page.
CREATE INDEX staged_type ON staged (source, type, k);

-- Ways to find a resource: its business identifiers, and what a member is recognised by.
CREATE TABLE identifier (
    identifier INTEGER NOT NULL,
    k          INTEGER NOT NULL,
    PRIMARY KEY (identifier, k)
) STRICT, WITHOUT ROWID;

-- identify(_:by:) and unstage(_:) forget what leads to a resource.
CREATE INDEX identifier_k ON identifier (k);

CREATE TABLE link (
    link   INTEGER NOT NULL,
    member INTEGER NOT NULL,
    PRIMARY KEY (link, member)
) STRICT, WITHOUT ROWID;

-- unlink(_:) forgets what leads to a member.
CREATE INDEX link_member ON link (member);

-- Up to when, by the server's clock, a scope of a source is completely staged: as a whole, and patient by patient.
CREATE TABLE scope (
    rid    INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES source (rid),
    name   TEXT    NOT NULL,
    at     INTEGER,
    UNIQUE (source, name)
) STRICT;

CREATE TABLE patient_watermark (
    scope   INTEGER NOT NULL REFERENCES scope (rid),
    patient INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (scope, patient)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- runs

CREATE TABLE run (
    rid     INTEGER PRIMARY KEY,
    id      TEXT    NOT NULL UNIQUE,
    job     TEXT    NOT NULL,
    trigger TEXT    NOT NULL CHECK (trigger IN ('schedule', 'manual', 'request', 'replay', 'dry-run')),
    clinic  TEXT    NOT NULL,
    payer   TEXT    NOT NULL,
    instant INTEGER NOT NULL,
    owner   TEXT    NOT NULL,
    state   TEXT    NOT NULL CHECK (state IN ('running', 'complete', 'partial', 'failed')),
    summary BLOB    NOT NULL
) STRICT;

-- unfinishedRun(ofJob:); close(_:as:summary:) finds the job's earlier runs.
CREATE INDEX run_job ON run (job, instant);

CREATE TABLE progress (
    run    INTEGER NOT NULL REFERENCES run (rid),
    unit   TEXT    NOT NULL,
    cursor TEXT    NOT NULL,
    PRIMARY KEY (run, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE roster (
    run     INTEGER NOT NULL REFERENCES run (rid),
    patient INTEGER NOT NULL,
    PRIMARY KEY (run, patient)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- exchanges

CREATE TABLE exchange (
    rid             INTEGER PRIMARY KEY,
    id              TEXT    NOT NULL UNIQUE,
    job             TEXT    NOT NULL,
    run             TEXT    NOT NULL REFERENCES run (id),
    member          INTEGER NOT NULL,
    clinic          TEXT    NOT NULL,
    payer           TEXT    NOT NULL,
    state           TEXT    NOT NULL CHECK (state IN (
        'staged', 'matched', 'unmatched', 'permitted', 'withheld', 'mapped', 'queued', 'submitted', 'retrying',
        'parked', 'cancelled', 'acknowledged'
    )),
    reason          TEXT,
    detail          TEXT,
    fingerprint     INTEGER NOT NULL,
    consent         INTEGER,
    consent_version TEXT,
    consent_hash    INTEGER,
    consent_rule    TEXT,
    mapping         TEXT    NOT NULL,
    replay_of       TEXT,
    created         INTEGER NOT NULL,
    updated         INTEGER NOT NULL,
    manifest        BLOB    NOT NULL,
    carried         INTEGER NOT NULL CHECK (carried >= 0),
    unchanged       INTEGER NOT NULL CHECK (unchanged >= 0),
    CHECK ((consent IS NULL) = (consent_hash IS NULL) AND (consent IS NULL) = (consent_rule IS NULL))
) STRICT;

-- latestExchange, latestAcknowledged, and exchanges(matching:) of one member: newest last.
CREATE INDEX exchange_member ON exchange (member, payer);
-- exchanges(matching:) in some states.
CREATE INDEX exchange_state ON exchange (state);
-- tally(run:) and exchanges(matching:) of one run, answered from this index.
CREATE INDEX exchange_run ON exchange (run, state, reason);

-- Runs that met an exchange for which nothing had changed.
CREATE TABLE met (
    run      TEXT    NOT NULL REFERENCES run (id),
    exchange INTEGER NOT NULL REFERENCES exchange (rid),
    PRIMARY KEY (run, exchange)
) STRICT, WITHOUT ROWID;

-- The foreign key of "met": an exchange is found by what refers to it.
CREATE INDEX met_exchange ON met (exchange);

-- ---------------------------------------------------------------- outbox

CREATE TABLE submission (
    rid        INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    exchange   TEXT    NOT NULL REFERENCES exchange (id),
    clinic     TEXT    NOT NULL,
    payer      TEXT    NOT NULL,
    member     INTEGER NOT NULL,
    part       INTEGER NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN (
        'queued', 'leased', 'retrying', 'acknowledged', 'parked', 'cancelled'
    )),
    attempts   INTEGER NOT NULL CHECK (attempts >= 0),
    not_before INTEGER NOT NULL,
    epoch      INTEGER NOT NULL CHECK (epoch >= 0),
    entries    INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    digest     TEXT    NOT NULL,
    owner      TEXT,
    expiry     INTEGER,
    CHECK ((state = 'leased') = (owner IS NOT NULL) AND (state = 'leased') = (expiry IS NOT NULL))
) STRICT;

-- submissions(ofExchange:), receipts(ofExchange:) and cancelOpenSubmissions(ofExchange:).
CREATE INDEX submission_exchange ON submission (exchange, part);

-- lease and nextDue: what waits on one route, in the order in which it is due.
CREATE INDEX submission_due ON submission (payer, clinic, not_before) WHERE state IN ('queued', 'retrying');
-- lease and nextDue: whether a member's lane is free.
CREATE INDEX submission_lane ON submission (payer, member) WHERE state IN ('queued', 'leased', 'retrying');
-- rescue and renew: the leases.
CREATE INDEX submission_owner ON submission (owner, expiry) WHERE state = 'leased';

-- The bytes to send, apart from the rows that are scanned and rewritten.
CREATE TABLE bundle (
    submission INTEGER PRIMARY KEY REFERENCES submission (rid),
    bytes      BLOB NOT NULL
) STRICT;

-- What the payer answered. One claim (epoch) has one answer, which never changes.
CREATE TABLE receipt (
    submission INTEGER NOT NULL REFERENCES submission (rid),
    attempt    INTEGER NOT NULL,
    epoch      INTEGER NOT NULL,
    status     INTEGER NOT NULL,
    verdict    TEXT    NOT NULL,
    fault      TEXT,
    outcome    TEXT,
    locations  TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (submission, attempt, epoch)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER receipt_unchanged BEFORE UPDATE ON receipt
BEGIN
    SELECT RAISE (ABORT, 'a receipt never changes');
END;

-- ---------------------------------------------------------------- audit

CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    action   TEXT    NOT NULL,
    run      TEXT,
    exchange TEXT,
    reason   TEXT,
    hash     BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- audit(ofExchange:).
CREATE INDEX audit_exchange ON audit (exchange) WHERE exchange IS NOT NULL;

-- The end of the chain, so that a trail that was cut off is noticed.
CREATE TABLE audit_head (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    seq  INTEGER NOT NULL,
    hash BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

INSERT INTO audit_head (one, seq, hash) VALUES (1, 0, zeroblob(32));

CREATE TRIGGER audit_without_gaps BEFORE INSERT ON audit
WHEN NEW.seq IS NOT (SELECT seq + 1 FROM audit_head)
BEGIN
    SELECT RAISE (ABORT, 'the audit trail has no gaps');
END;

CREATE TRIGGER audit_moves_head AFTER INSERT ON audit
BEGIN
    UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash;
END;

CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE (ABORT, 'the audit trail is append-only');
END;

CREATE TRIGGER audit_kept BEFORE DELETE ON audit
BEGIN
    SELECT RAISE (ABORT, 'the audit trail is append-only');
END;
