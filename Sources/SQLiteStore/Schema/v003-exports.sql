-- Exports under way at clinics, one a job and clinic: they outlive the run that started them.

CREATE TABLE export_under_way (
    source  TEXT    NOT NULL,
    job     TEXT    NOT NULL,
    request TEXT    NOT NULL,
    status  TEXT    NOT NULL,
    since   INTEGER,
    dropped TEXT    NOT NULL,
    started INTEGER NOT NULL,
    PRIMARY KEY (source, job)
) STRICT, WITHOUT ROWID;
