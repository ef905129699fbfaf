-- Version 21: of each job's schedule the last tick that needs nothing more, whether it fired or was passed over, or when the job was
-- first seen: a service that was down knows what it missed, and what it did not.

CREATE TABLE last_tick (
    job TEXT    NOT NULL PRIMARY KEY,
    at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO last_tick (job, at) SELECT job, max(instant) FROM run WHERE trigger = 'schedule' GROUP BY job;
