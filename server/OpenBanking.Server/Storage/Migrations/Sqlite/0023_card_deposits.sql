-- expand
-- Small amounts that prove cards which customers add to their accounts. A server that knows none of them leaves such a card where
-- it is: its verification stays under way, and what sends the amount is an intent of a kind it does not know.
CREATE TABLE card_deposit (
    world INTEGER NOT NULL,
    account_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    state INTEGER NOT NULL,
    intent_id BLOB NOT NULL,
    request BLOB NOT NULL,
    mac BLOB,
    failures INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, account_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX card_deposit_open ON card_deposit (expires_at) WHERE state IN (1, 2);
