-- Version 18: what the join asks of a person stands beside the index of ways, so that nobody is parsed to be joined.
--
-- "facts" is PersonFacts in the bytes of FactsWriter; NULL where there are none to keep. "basis" says on what the ways and
-- the facts were made: who has the right one is not indexed again. A row goes in the transaction in which the Patient, a
-- Coverage or, where "payors" is 1, an Organization of the source changes.

CREATE TABLE person (
    k      INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES source (rid),
    basis  INTEGER NOT NULL,
    payors INTEGER NOT NULL CHECK (payors IN (0, 1)),
    facts  BLOB
) STRICT;

-- stage(_:) and unstage(_:): whose coverage refers to its payor.
CREATE INDEX person_payors ON person (source) WHERE payors = 1;
