-- Who is which member: the evidence of each exchange, operators' decisions, and the payer's records as they were.

ALTER TABLE exchange ADD COLUMN match_member INTEGER;
ALTER TABLE exchange ADD COLUMN match_rule TEXT;
ALTER TABLE exchange ADD COLUMN match_value INTEGER;
ALTER TABLE exchange ADD COLUMN match_via INTEGER;

-- followers(of:payer:): exchanges that were decided for a patient who took the place of another.
CREATE INDEX exchange_via ON exchange (match_via, payer) WHERE match_via IS NOT NULL;

-- A patient that an operator linked to a member, or kept apart from all (member is null).
CREATE TABLE member_link (
    payer   TEXT    NOT NULL,
    clinic  TEXT    NOT NULL,
    patient INTEGER NOT NULL,
    member  INTEGER,
    reason  TEXT    NOT NULL,
    actor   TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (payer, clinic, patient)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX member_link_member ON member_link (payer, clinic, member) WHERE member IS NOT NULL;

-- What a payer's record was until another version took its place.
CREATE TABLE superseded (
    rid     INTEGER PRIMARY KEY,
    k       INTEGER NOT NULL,
    version TEXT,
    hash    INTEGER NOT NULL,
    since   INTEGER,
    until   INTEGER NOT NULL,
    raw     BLOB    NOT NULL
) STRICT;

-- history(of:).
CREATE INDEX superseded_k ON superseded (k, until);
