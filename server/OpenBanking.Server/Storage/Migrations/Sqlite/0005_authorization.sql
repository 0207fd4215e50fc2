-- expand
-- Tokens that end before their consent does, and apps that are managed by their own registration token.

ALTER TABLE consent ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consent ADD COLUMN revocations_until INTEGER;
ALTER TABLE consent ADD COLUMN tokens_ended_at INTEGER;

CREATE INDEX consent_by_expiry ON consent (expires_at) WHERE state = 1;

ALTER TABLE app ADD COLUMN post_logout_redirect_uris TEXT;
ALTER TABLE app ADD COLUMN management_hash TEXT;
ALTER TABLE app ADD COLUMN revocations_until INTEGER;
ALTER TABLE app ADD COLUMN ended_at INTEGER;

ALTER TABLE interaction ADD COLUMN signed_in_at INTEGER;
ALTER TABLE authorization_code ADD COLUMN signed_in_at INTEGER;

ALTER TABLE one_time_code_rate ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE one_time_code_rate ADD COLUMN failing_since INTEGER;
