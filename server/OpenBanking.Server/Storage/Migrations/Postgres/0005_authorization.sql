-- expand
-- Tokens that end before their consent does, and apps that are managed by their own registration token.

ALTER TABLE consent ADD COLUMN epoch bigint NOT NULL DEFAULT 0;
ALTER TABLE consent ADD COLUMN revocations_until timestamptz;
ALTER TABLE consent ADD COLUMN tokens_ended_at timestamptz;

CREATE INDEX consent_by_expiry ON consent (expires_at) WHERE state = 1;

ALTER TABLE app ADD COLUMN post_logout_redirect_uris text COLLATE "C";
ALTER TABLE app ADD COLUMN management_hash text COLLATE "C";
ALTER TABLE app ADD COLUMN revocations_until timestamptz;
ALTER TABLE app ADD COLUMN ended_at timestamptz;

ALTER TABLE interaction ADD COLUMN signed_in_at timestamptz;
ALTER TABLE authorization_code ADD COLUMN signed_in_at timestamptz;

ALTER TABLE one_time_code_rate ADD COLUMN failures bigint NOT NULL DEFAULT 0;
ALTER TABLE one_time_code_rate ADD COLUMN failing_since timestamptz;
