-- Version 23: a submission keeps the job of its exchange, so that what is held by its job is passed over as a whole, and not
-- walked at each look at the queue.

ALTER TABLE submission ADD COLUMN job TEXT NOT NULL DEFAULT '';

UPDATE submission SET job = (SELECT e.job FROM exchange e WHERE e.id = submission.exchange);

DROP INDEX submission_due;
-- lease and nextDue: what waits of one job in one lane of one route, in the order in which it is due. requestIsDue(besides:): what
-- waits for requests at one payer.
CREATE INDEX submission_due ON submission (payer, lane, clinic, job, not_before) WHERE state IN ('queued', 'retrying');
