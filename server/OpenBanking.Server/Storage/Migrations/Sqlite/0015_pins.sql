-- expand
-- Payment PINs that are set anew when they were forgotten. A server that knows none of them leaves the verification to
-- servers that do: its intent is of a kind it does not know.
CREATE TABLE pin_reset (
    world INTEGER NOT NULL,
    session_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    state INTEGER NOT NULL,
    pin_hash BLOB NOT NULL,
    pin_salt BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, session_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX pin_reset_by_expiry ON pin_reset (expires_at);

ALTER TABLE customer ADD COLUMN reset_failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE customer ADD COLUMN reset_failing_since INTEGER;
