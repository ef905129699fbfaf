-- What the clinic's Provenance speaks of: it belongs to whoever its targets belong to, which may be several patients.

CREATE TABLE target (
    k      INTEGER NOT NULL,
    target INTEGER NOT NULL,
    PRIMARY KEY (target, k)
) STRICT, WITHOUT ROWID;

-- aim(_:at:), unstage(_:) and outsideRoster(of:): what one Provenance speaks of.
CREATE INDEX target_k ON target (k, target);
