-- expand
-- Customers' visits to their own pages.
CREATE TABLE customer_session (
    world integer NOT NULL,
    id uuid NOT NULL,
    state smallint NOT NULL,
    browser_hash text COLLATE "C" NOT NULL,
    mobile bytea NOT NULL,
    mobile_index text COLLATE "C" NOT NULL,
    code_id uuid NOT NULL,
    customer_id uuid,
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE INDEX customer_session_by_expiry ON customer_session (expires_at);
