-- Version 18: what the join asks of a person stands beside the index of ways, so that nobody is parsed to be joined.
--
-- "facts" is PersonFacts in the bytes of FactsWriter; NULL where there are none to keep. "basis" says on what the ways and
-- the facts were made: who has the right one is not indexed again. A row goes in the transaction in which the Patient or a
-- Coverage changes. Where the coverage refers to its payor, "organizations" is how often Organizations of the source had
-- changed by then: with another number the row counts for nothing.

CREATE TABLE person (
    k             INTEGER PRIMARY KEY,
    source        INTEGER NOT NULL REFERENCES source (rid),
    basis         INTEGER,
    organizations INTEGER,
    facts         BLOB
) STRICT;

ALTER TABLE source ADD COLUMN organizations INTEGER NOT NULL DEFAULT 0;
