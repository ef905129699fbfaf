-- Version 17: replays of nothing but what a payer did not take, and when each payer may be delivered to next, for all processes
-- that share the store.

ALTER TABLE replay ADD COLUMN failed_entries INTEGER NOT NULL DEFAULT 0 CHECK (failed_entries IN (0, 1));

CREATE TABLE payer_turn (
    payer TEXT    NOT NULL PRIMARY KEY,
    next  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
