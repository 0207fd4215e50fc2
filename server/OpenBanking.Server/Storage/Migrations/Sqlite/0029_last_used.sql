-- expand
-- The business day on which an app last got a token under a consent, and last paid or topped up under an agreement. Servers that know
-- neither leave them as they are: where both are missing, the statement says, as before.
ALTER TABLE consent ADD COLUMN last_used_on INTEGER;

ALTER TABLE agreement ADD COLUMN last_used_on INTEGER;
