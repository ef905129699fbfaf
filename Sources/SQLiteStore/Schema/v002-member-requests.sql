-- Member requests: kept before they are answered. Times are milliseconds since 1970 (UTC).

CREATE TABLE member_request (
    rid      INTEGER PRIMARY KEY,
    id       TEXT    NOT NULL UNIQUE,
    job      TEXT    NOT NULL,
    patient  TEXT    NOT NULL,
    since    INTEGER,
    types    TEXT    NOT NULL,
    accepted INTEGER NOT NULL,
    due      INTEGER NOT NULL,
    state    TEXT    NOT NULL CHECK (state IN ('requested', 'in-progress', 'completed', 'failed', 'cancelled')),
    run      TEXT,
    reason   TEXT,
    updated  INTEGER NOT NULL
) STRICT;

-- memberRequests(in:limit:): those that are due first in front.
CREATE INDEX member_request_due ON member_request (state, due);
