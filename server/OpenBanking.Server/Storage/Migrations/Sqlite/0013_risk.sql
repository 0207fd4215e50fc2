-- expand
-- Agreements with a limit of the month, which a server that knows none does not count, and the language they were made in.
ALTER TABLE agreement ADD COLUMN monthly_limit INTEGER;
ALTER TABLE agreement ADD COLUMN month_paid INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agreement ADD COLUMN language TEXT;

-- What customers were not asked about, for their own pages. No payment changes what it is made of.
CREATE INDEX payment_unasked ON payment (customer_id, created_at) WHERE agreement_id <> id;

-- Everything but the notices of payments, so that nothing waits behind them.
CREATE INDEX intent_asked_due ON intent (due_at) WHERE state <> 3 AND kind <> 6;

-- How often and how much was paid without asking, by customer, device and partner, in windows of time. A server that knows
-- none of it does not count.
CREATE TABLE velocity_counter (
    world INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    subject_id BLOB NOT NULL,
    measure INTEGER NOT NULL,
    window_seconds INTEGER NOT NULL,
    window_start INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    total INTEGER NOT NULL,
    PRIMARY KEY (world, subject, subject_id, measure, window_seconds, window_start)
) STRICT, WITHOUT ROWID;

CREATE INDEX velocity_counter_by_expiry ON velocity_counter (expires_at);

-- What a card's bank refused of closed accounts, which waits to be asked for again.
CREATE INDEX withdrawal_refused ON withdrawal (created_at) WHERE state = 3 AND source = 2;
