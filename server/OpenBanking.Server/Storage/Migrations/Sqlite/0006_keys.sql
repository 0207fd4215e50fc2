-- expand
-- Signing keys, each for one purpose and of a generation of its kind. The table signing_key of earlier servers stays for them.
CREATE TABLE rotating_key (
    world INTEGER NOT NULL,
    purpose INTEGER NOT NULL,
    algorithm TEXT NOT NULL,
    generation INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    private_key BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    signs_from INTEGER NOT NULL,
    goes_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, purpose, algorithm, generation)
) STRICT, WITHOUT ROWID;

-- DPoP proofs seen, and the secret that nonces are made with. One process keeps both in its memory; the tables are here
-- because both stores have the same ones.
CREATE TABLE seen_proof (
    world INTEGER NOT NULL,
    digest BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (world, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE proof_epoch (
    world INTEGER NOT NULL,
    number INTEGER NOT NULL,
    id BLOB NOT NULL,
    secret BLOB NOT NULL,
    PRIMARY KEY (world, number)
) STRICT, WITHOUT ROWID;
