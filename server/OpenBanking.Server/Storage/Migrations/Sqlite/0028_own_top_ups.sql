-- expand
-- Top-ups that customers order on their own pages. A server that knows none of them leaves their cards' banks to servers that do, and
-- does not wait for them when it closes an account: what comes then goes on to the default card.
CREATE TABLE own_top_up (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    card_id BLOB NOT NULL,
    state INTEGER NOT NULL,
    decline_code TEXT,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    language TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    completed_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (amount > 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX own_top_up_not_on_account ON own_top_up (world, account_id, id) WHERE state <> 2;
