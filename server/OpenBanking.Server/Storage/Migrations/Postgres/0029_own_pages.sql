-- expand
-- The business day on which an app last got a token under a consent, and last paid or topped up under an agreement. Servers that know
-- neither leave them as they are: where both are missing, the statement says, as before.
ALTER TABLE consent ADD COLUMN last_used_on date;

ALTER TABLE agreement ADD COLUMN last_used_on date;

-- Whether the applicant gives pictures of the ID card once the code was right. A server that knows nothing of it opens the account
-- without them.
ALTER TABLE application_visit ADD COLUMN with_images boolean NOT NULL DEFAULT false;

-- The last wrong PIN and its form, as one digest: two taps on one form count once. A server that knows nothing of it counts both.
ALTER TABLE customer ADD COLUMN last_wrong_pin bytea;
