-- expand
-- Signing keys, each for one purpose and of a generation of its kind. The table signing_key of earlier servers stays for them.
CREATE TABLE rotating_key (
    world integer NOT NULL,
    purpose smallint NOT NULL,
    algorithm text COLLATE "C" NOT NULL,
    generation integer NOT NULL,
    key_id text COLLATE "C" NOT NULL,
    private_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    signs_from timestamptz NOT NULL,
    goes_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (world, purpose, algorithm, generation)
);

-- DPoP proofs seen by any node. Unlogged: written without waiting for the disk, and emptied by a crash. The secret that
-- nonces are made with lies in a table of the same kind, so that it is lost with them: proofs made before a crash then
-- hold a nonce that nobody accepts.
CREATE UNLOGGED TABLE seen_proof (
    world integer NOT NULL,
    digest uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (world, digest)
);

CREATE UNLOGGED TABLE proof_epoch (
    world integer NOT NULL,
    number integer NOT NULL,
    id uuid NOT NULL,
    secret bytea NOT NULL,
    PRIMARY KEY (world, number)
);
