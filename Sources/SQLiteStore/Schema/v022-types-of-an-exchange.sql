-- Version 22: an exchange keeps the types that alone it was asked for, so that a replay sends no others. Requests are forgotten
-- sooner, and name the run that answered them last alone.

-- With commas; empty for all types of the job.
ALTER TABLE exchange ADD COLUMN types TEXT NOT NULL DEFAULT '';

UPDATE exchange SET types = (
    SELECT r.types FROM member_request r WHERE r.run = exchange.run AND r.types <> ''
) WHERE run IN (SELECT r.run FROM member_request r WHERE r.run IS NOT NULL AND r.types <> '');
