-- Version 11: the id that the payer gave to an answer, by which its owner finds it in their logs.

ALTER TABLE receipt ADD COLUMN answer_id TEXT;
