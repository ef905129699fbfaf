-- Version 19: manifests tell what was deleted at a payer from what is only marked as entered in error there. The forms are as
-- before; programs that do not know the word read no such manifest, and are to leave the store alone.

-- items(ofReplay:in:from:limit:), tally(ofReplay:): what waits is found without reading all that is settled.
CREATE INDEX replay_item_outcome ON replay_item (run, outcome, place);

-- One value's ways to both parties lie beside each other: all are made anew before anybody is looked for.
DELETE FROM link;
DELETE FROM indexed;
UPDATE scope SET at = NULL WHERE name = 'records';
