-- Version 9: payers that failed lately, and until when they are left alone; without a row, nothing bad is known.

CREATE TABLE circuit_breaker (
    payer        TEXT    NOT NULL PRIMARY KEY,
    failing      TEXT    NOT NULL,
    spent        INTEGER NOT NULL CHECK (spent >= 0),
    closings     INTEGER NOT NULL CHECK (closings >= 0),
    closed_until INTEGER,
    probe        TEXT,
    named        INTEGER,
    fault        TEXT,
    at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
