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

-- What becomes of accounts: why one is frozen, and what it is beneath; the customer's own limits, and a name; since when
-- nothing has moved. A server that knows none of it goes on: it declines what goes out of a state that it does not know.
ALTER TABLE account
    ADD COLUMN frozen_for smallint NOT NULL DEFAULT 0,
    ADD COLUMN state_beneath smallint,
    ADD COLUMN payment_limit bigint,
    ADD COLUMN day_limit bigint,
    ADD COLUMN idle_since timestamptz,
    ADD COLUMN nickname text COLLATE "C";

-- No payment changes what this index is made of, so that none has to write it.
CREATE INDEX account_idle ON account ((COALESCE(idle_since, opened_at))) WHERE state = 2;

-- Money on its way to bound cards.
CREATE TABLE withdrawal (
    world integer NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    account_id uuid NOT NULL,
    card_id uuid NOT NULL,
    source smallint NOT NULL,
    state smallint NOT NULL,
    decline_code text COLLATE "C",
    currency text COLLATE "C" NOT NULL,
    amount bigint NOT NULL,
    created_at timestamptz NOT NULL,
    completed_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (amount >= 0)
);

CREATE INDEX withdrawal_of_account ON withdrawal (account_id);
