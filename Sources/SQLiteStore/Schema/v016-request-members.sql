-- Version 16: what a demand named the member by, as a keyed digest, so that the same demand under the same key is known
-- without asking the index again who that is.
--
-- Requests of earlier versions, and those that name the clinic's Patient, have none.

ALTER TABLE member_request ADD COLUMN asked TEXT;
