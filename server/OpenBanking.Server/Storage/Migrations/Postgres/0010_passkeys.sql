-- expand
-- Passkeys of customers. A server that knows none of them goes on: it asks for the one-time code.
CREATE TABLE passkey (
    world integer NOT NULL,
    customer_id uuid NOT NULL,
    credential_hash text COLLATE "C" NOT NULL,
    credential_id bytea NOT NULL,
    public_key bytea NOT NULL,
    signature_counter bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    epoch bigint NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    failures bigint NOT NULL,
    failing_since timestamptz,
    counter_fell_at timestamptz,
    ended_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (world, customer_id, credential_hash)
);

CREATE INDEX passkey_ended ON passkey (ended_at) WHERE ended_at IS NOT NULL;

-- Challenges are kept nowhere until one is answered: each is answered once.
CREATE TABLE used_passkey_challenge (
    world integer NOT NULL,
    hash text COLLATE "C" NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (world, hash)
);

CREATE INDEX used_passkey_challenge_by_expiry ON used_passkey_challenge (expires_at);

-- How many passkeys a customer has, and how often all of them ended at once.
ALTER TABLE customer
    ADD COLUMN passkeys bigint NOT NULL DEFAULT 0,
    ADD COLUMN passkey_epoch bigint NOT NULL DEFAULT 0;
