-- Version 12: what the join asks of a resource stands beside it, so that nothing is parsed to be joined.
--
-- "visits" are the keys of the visits that it names, eight bytes each; NULL where the facts were not kept: what was staged
-- by an earlier version is read as before, until it changes. "first" and "last" are days as the source writes them.

ALTER TABLE staged ADD COLUMN visits BLOB;
ALTER TABLE staged ADD COLUMN first TEXT;
ALTER TABLE staged ADD COLUMN last TEXT;
