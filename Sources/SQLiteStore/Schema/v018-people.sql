-- Version 18: what the join asks of a person stands beside the index of ways, so that nobody is parsed to be joined.
--
-- "facts" is PersonFacts in the bytes of FactsWriter; NULL where there are none to keep. A row goes in the transaction in
-- which the Patient or a Coverage changes. Where the coverage refers to its payor, "organizations" is how often Organizations
-- of the source had changed by then: with another number the row counts for nothing.

CREATE TABLE person (
    k             INTEGER PRIMARY KEY,
    source        INTEGER NOT NULL REFERENCES source (rid),
    organizations INTEGER,
    facts         BLOB
) STRICT;

-- Which rows of "link" lead to a person for a payer, eight bytes each, and on what they were made: each payer says which
-- numbers of the clinic are its own. "basis" is NULL once what they came from changed, while they still lead there.
CREATE TABLE indexed (
    k     INTEGER NOT NULL,
    payer INTEGER NOT NULL REFERENCES source (rid),
    basis INTEGER,
    ways  BLOB    NOT NULL,
    PRIMARY KEY (k, payer)
) STRICT, WITHOUT ROWID;

-- Programs that know nothing of this stage no more: one that has had the store open since before would forget nothing.
ALTER TABLE staged RENAME COLUMN raw TO content;

-- The ways to patients were the same for every payer: all are made anew before anybody is looked for.
DELETE FROM link;
UPDATE scope SET at = NULL WHERE name = 'records';

ALTER TABLE source ADD COLUMN organizations INTEGER NOT NULL DEFAULT 0;
