-- expand
-- Passkeys of customers. A server that knows none of them goes on: it asks for the one-time code.
CREATE TABLE passkey (
    world INTEGER NOT NULL,
    customer_id BLOB NOT NULL,
    credential_hash TEXT NOT NULL,
    credential_id BLOB NOT NULL,
    public_key BLOB NOT NULL,
    signature_counter INTEGER NOT NULL,
    name TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    failures INTEGER NOT NULL,
    failing_since INTEGER,
    counter_fell_at INTEGER,
    ended_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, customer_id, credential_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX passkey_ended ON passkey (ended_at) WHERE ended_at IS NOT NULL;

-- Challenges are kept nowhere until one is answered: each is answered once.
CREATE TABLE used_passkey_challenge (
    world INTEGER NOT NULL,
    hash TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (world, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX used_passkey_challenge_by_expiry ON used_passkey_challenge (expires_at);

-- How many passkeys a customer has, and how often all of them ended at once.
ALTER TABLE customer ADD COLUMN passkeys INTEGER NOT NULL DEFAULT 0;
ALTER TABLE customer ADD COLUMN passkey_epoch INTEGER NOT NULL DEFAULT 0;
