-- expand
-- Payment PINs that are set anew when they were forgotten. A server that knows none of them leaves the verification to
-- servers that do: its intent is of a kind it does not know.
CREATE TABLE pin_reset (
    world integer NOT NULL,
    session_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    state smallint NOT NULL,
    pin_hash bytea NOT NULL,
    pin_salt bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, session_id)
);

CREATE INDEX pin_reset_by_expiry ON pin_reset (expires_at);

ALTER TABLE customer
    ADD COLUMN reset_failures bigint NOT NULL DEFAULT 0,
    ADD COLUMN reset_failing_since timestamptz;
