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

-- What becomes of accounts: why one is frozen, and what it is beneath; the customer's own limits, and a name; since when
-- nothing has moved. A server that knows none of it goes on: it declines what goes out of a state that it does not know.
ALTER TABLE account ADD COLUMN frozen_for INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN state_beneath INTEGER;
ALTER TABLE account ADD COLUMN payment_limit INTEGER;
ALTER TABLE account ADD COLUMN day_limit INTEGER;
ALTER TABLE account ADD COLUMN idle_since INTEGER;
ALTER TABLE account ADD COLUMN nickname TEXT;

CREATE INDEX account_idle ON account (COALESCE(idle_since, opened_at)) WHERE state = 2;

-- Money on its way to bound cards.
CREATE TABLE withdrawal (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    card_id BLOB NOT NULL,
    source INTEGER NOT NULL,
    state INTEGER NOT NULL,
    decline_code TEXT,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    completed_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (amount >= 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX withdrawal_of_account ON withdrawal (account_id);
