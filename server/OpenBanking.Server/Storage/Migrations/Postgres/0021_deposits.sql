-- expand
-- Small amounts that prove cards. A server that knows none of them leaves such an application where it is: its state stays
-- identity_verifying, and what sends the amount is an intent of a kind it does not know.
ALTER TABLE account_application
    ADD COLUMN deposit_state integer NOT NULL DEFAULT 0,
    ADD COLUMN deposit_mac bytea,
    ADD COLUMN deposit_failures integer NOT NULL DEFAULT 0;

CREATE INDEX account_application_deposits ON account_application (mobile_index)
    WHERE deposit_state = 2 AND state = 1;

-- How many amounts a card was sent lately.
CREATE TABLE deposit_rate (
    world integer NOT NULL,
    card_index text COLLATE "C" NOT NULL,
    window_start timestamptz NOT NULL,
    sent integer NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, card_index)
);

CREATE INDEX deposit_rate_by_window_start ON deposit_rate (window_start);
