-- expand
-- Small amounts that prove cards. A server that knows none of them leaves such an application where it is: its state stays
-- identity_verifying, and what sends the amount is an intent of a kind it does not know.
ALTER TABLE account_application ADD COLUMN deposit_state INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account_application ADD COLUMN deposit_mac BLOB;
ALTER TABLE account_application ADD COLUMN deposit_failures INTEGER NOT NULL DEFAULT 0;

CREATE INDEX account_application_deposits ON account_application (mobile_index)
    WHERE deposit_state = 2 AND state = 1;

-- How many amounts a card was sent lately.
CREATE TABLE deposit_rate (
    world INTEGER NOT NULL,
    card_index TEXT NOT NULL,
    window_start INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, card_index)
) STRICT, WITHOUT ROWID;

CREATE INDEX deposit_rate_by_window_start ON deposit_rate (window_start);
