-- Version 20: a store knows under which identity secret it was made, and is not used under another: every id would be another,
-- and payers would get everything twice.

-- One derived id, from which the secret cannot be told; no row until the store is opened by who has the secret.
CREATE TABLE made_under (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    mark TEXT NOT NULL
) STRICT;
