-- Version 10: replays that operators asked for, and what came of each exchange in them.

CREATE TABLE replay (
    run     TEXT    PRIMARY KEY REFERENCES run (id),
    step    TEXT    NOT NULL CHECK (step IN ('pull', 'join', 'map', 'submit')),
    accepts INTEGER NOT NULL CHECK (accepts IN (0, 1)),
    reason  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Kept after the exchange itself was pruned.
CREATE TABLE replay_item (
    run      TEXT    NOT NULL REFERENCES replay (run),
    place    INTEGER NOT NULL,
    exchange TEXT    NOT NULL,
    outcome  TEXT    NOT NULL CHECK (outcome IN ('waiting', 'replayed', 'refused', 'cancelled')),
    made     TEXT,
    why      TEXT,
    PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;

-- replayUnderWay(ofExchange:): nothing is replayed twice at once.
CREATE UNIQUE INDEX replay_item_waiting ON replay_item (exchange) WHERE outcome = 'waiting';

-- predatesRestoration(_:): the few times that a backup was put in the place of the store.
CREATE INDEX audit_restored ON audit (seq) WHERE action = 'store.restored';

-- openReplays(): the few runs that have not ended.
CREATE INDEX run_open ON run (trigger) WHERE state = 'running';
