-- What asking a payer who a patient is came to ($member-match): the latest outcome of each patient.

CREATE TABLE member_match (
    payer       TEXT    NOT NULL,
    clinic      TEXT    NOT NULL,
    patient     INTEGER NOT NULL,
    outcome     TEXT    NOT NULL CHECK (outcome IN (
        'not-asked', 'asked', 'matched', 'nobody', 'several', 'consent-refused', 'refused')),
    question    INTEGER,
    attempts    INTEGER NOT NULL,
    member      INTEGER,
    system      TEXT,
    value       TEXT,
    type_system TEXT,
    type_code   TEXT,
    detail      TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (payer, clinic, patient)
) STRICT, WITHOUT ROWID;

-- patients(answeredAs:_:).
CREATE INDEX member_match_member ON member_match (payer, clinic, member) WHERE member IS NOT NULL;
