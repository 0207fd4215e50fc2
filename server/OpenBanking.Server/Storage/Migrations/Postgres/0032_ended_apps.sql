-- expand
-- When it was seen that no consent is left of an app that has ended; the index has those of which it was not. A server that knows
-- nothing of it ends an app without it, which is what the others look for.
ALTER TABLE app ADD COLUMN consents_ended_at timestamptz;

CREATE INDEX app_ended ON app (ended_at) WHERE ended_at IS NOT NULL AND consents_ended_at IS NULL;
