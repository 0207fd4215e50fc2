-- expand
-- Customers' visits to their own pages.
CREATE TABLE customer_session (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    state INTEGER NOT NULL,
    browser_hash TEXT NOT NULL,
    mobile BLOB NOT NULL,
    mobile_index TEXT NOT NULL,
    code_id BLOB NOT NULL,
    customer_id BLOB,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX customer_session_by_expiry ON customer_session (expires_at);
