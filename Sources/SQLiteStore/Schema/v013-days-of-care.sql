-- Version 13: more dates count as days of care, some no longer do, and "last" is NULL beside a "first" while care goes on.
--
-- What was kept of a resource is forgotten, and read from its bytes until it changes: of every type but those, the most of
-- all, whose dates were read as they are now.

UPDATE staged SET visits = NULL, first = NULL, last = NULL
WHERE visits IS NOT NULL AND (first IS NULL OR type NOT IN (
    SELECT rid FROM type WHERE name IN ('DiagnosticReport', 'Immunization', 'MedicationRequest', 'Observation')));
