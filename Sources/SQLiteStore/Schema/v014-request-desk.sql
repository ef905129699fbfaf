-- Version 14: whose a member request is and which payer it is for, so that the desk and the API look for no others; until when
-- it rests, how often it was tried, from when on it is at risk, and when that was told. Beside it the Groups of members that a
-- payer gave as matched.
--
-- Requests of earlier versions are nobody's, and no payer's until a run has answered for them.

ALTER TABLE member_request ADD COLUMN payer TEXT NOT NULL DEFAULT '';
ALTER TABLE member_request ADD COLUMN owner TEXT;
ALTER TABLE member_request ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0);
ALTER TABLE member_request ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;
ALTER TABLE member_request ADD COLUMN at_risk INTEGER NOT NULL DEFAULT 0;
ALTER TABLE member_request ADD COLUMN warned INTEGER;

UPDATE member_request SET at_risk = due - (due - accepted) / 4;
UPDATE member_request SET payer = coalesce((SELECT payer FROM run WHERE run.id = member_request.run), '');

-- The desk: one payer's, those that are due first in front.
CREATE INDEX member_request_payer ON member_request (state, payer, due);
-- The API: one holder's.
CREATE INDEX member_request_owner ON member_request (owner, state, due) WHERE owner IS NOT NULL;
-- lease: by when what a run made has to be there.
CREATE INDEX member_request_run ON member_request (run) WHERE run IS NOT NULL;

CREATE TABLE matched_group (
    payer TEXT    NOT NULL,
    id    TEXT    NOT NULL,
    at    INTEGER NOT NULL,
    PRIMARY KEY (payer, id)
) STRICT, WITHOUT ROWID;
