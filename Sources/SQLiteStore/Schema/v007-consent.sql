-- Version 7: what decided about a disclosure, also when no consent did, and when.

-- The rule that fired, where no Consent decided: consent_rule goes with one.
ALTER TABLE exchange ADD COLUMN decision_rule TEXT;
ALTER TABLE exchange ADD COLUMN decided INTEGER;

-- exchanges(matching:) by recognised: what was made for a member whose consent changed.
CREATE INDEX exchange_recognised ON exchange (match_member, payer) WHERE match_member IS NOT NULL;
