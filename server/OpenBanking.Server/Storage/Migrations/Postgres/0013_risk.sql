-- expand
-- Agreements with a limit of the month, which a server that knows none does not count, and the language they were made in.
ALTER TABLE agreement
    ADD COLUMN monthly_limit bigint,
    ADD COLUMN month_paid bigint NOT NULL DEFAULT 0,
    ADD COLUMN language text COLLATE "C";

-- What customers were not asked about, for their own pages. No payment changes what it is made of.
CREATE INDEX payment_unasked ON payment (customer_id, created_at) WHERE agreement_id <> id;

-- Everything but the notices of payments, so that nothing waits behind them.
CREATE INDEX intent_asked_due ON intent (due_at) WHERE state <> 3 AND kind <> 6;

-- How often and how much was paid without asking, by customer, device and partner, in windows of time. A server that knows
-- none of it does not count.
CREATE TABLE velocity_counter (
    world integer NOT NULL,
    subject smallint NOT NULL,
    subject_id uuid NOT NULL,
    measure smallint NOT NULL,
    window_seconds integer NOT NULL,
    window_start timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    total bigint NOT NULL,
    PRIMARY KEY (world, subject, subject_id, measure, window_seconds, window_start)
);

CREATE INDEX velocity_counter_by_expiry ON velocity_counter (expires_at);

-- What a card's bank refused of closed accounts, which waits to be asked for again.
CREATE INDEX withdrawal_refused ON withdrawal (created_at) WHERE state = 3 AND source = 2;
