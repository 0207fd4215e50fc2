-- expand
-- Small amounts that prove cards which customers add to their accounts. A server that knows none of them leaves such a card where
-- it is: its verification stays under way, and what sends the amount is an intent of a kind it does not know.
CREATE TABLE card_deposit (
    world integer NOT NULL,
    account_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    state integer NOT NULL,
    intent_id uuid NOT NULL,
    request bytea NOT NULL,
    mac bytea,
    failures integer NOT NULL,
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, account_id)
);

CREATE INDEX card_deposit_open ON card_deposit (expires_at) WHERE state IN (1, 2);
