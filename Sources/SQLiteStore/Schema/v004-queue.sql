-- Version 4: lanes of the outbox, claims that ended with their process, and what operators hold back.

ALTER TABLE submission ADD COLUMN lane TEXT NOT NULL DEFAULT 'nightly'
    CHECK (lane IN ('on-demand', 'nightly', 'replay'));

-- Claims in a row that nobody settled.
ALTER TABLE submission ADD COLUMN lost INTEGER NOT NULL DEFAULT 0 CHECK (lost >= 0);

DROP INDEX submission_due;
-- lease and nextDue: what waits in one lane of one route, in the order in which it is due.
CREATE INDEX submission_due ON submission (payer, clinic, lane, not_before) WHERE state IN ('queued', 'retrying');

-- Whose turn it is among the lanes of a route; without a row, the first.
CREATE TABLE lane_turn (
    payer  TEXT    NOT NULL,
    clinic TEXT    NOT NULL,
    turn   INTEGER NOT NULL,
    PRIMARY KEY (payer, clinic)
) STRICT, WITHOUT ROWID;

-- What is not claimed until somebody resumes it: a payer, a job, or a lane.
CREATE TABLE hold (
    subject TEXT    NOT NULL CHECK (subject IN ('payer', 'job', 'lane')),
    name    TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    reason  TEXT    NOT NULL,
    PRIMARY KEY (subject, name)
) STRICT, WITHOUT ROWID;
