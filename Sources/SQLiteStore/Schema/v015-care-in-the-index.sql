-- Version 15: what the join asks of a patient's resources is answered from the index that they are found by.
--
-- They were written as they arrived, so each lies on a page of its own; the index has them side by side, in the order in
-- which a run goes through its roster.

DROP INDEX staged_patient;
-- care(of:), compartmentHashes(of:) and patients(ofSource:) from this index alone; compartment(of:).
CREATE INDEX staged_patient ON staged (patient, k, hash, source, type, visits, first, last) WHERE patient IS NOT NULL;
