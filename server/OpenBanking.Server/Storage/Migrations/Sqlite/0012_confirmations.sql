-- expand
-- Payments that their customers are to confirm. A server that knows none of it goes on: it takes the order number for paid
-- while one waits, finds the payment as soon as it is confirmed, and captures, cancels and refunds it like any other.
CREATE TABLE payment_confirmation (
    world INTEGER NOT NULL,
    payment_id BLOB NOT NULL,
    app_id BLOB NOT NULL,
    partner_id BLOB NOT NULL,
    order_no TEXT NOT NULL,
    customer_id BLOB,
    coupon_id BLOB,
    state INTEGER NOT NULL,
    decline_code TEXT,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    discount INTEGER NOT NULL,
    customer_amount INTEGER NOT NULL,
    description TEXT,
    manual INTEGER NOT NULL,
    hold_until INTEGER,
    return_url TEXT,
    code_id BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, payment_id),
    CHECK (amount > 0 AND discount BETWEEN 0 AND amount AND customer_amount BETWEEN 0 AND amount),
    CHECK (manual OR hold_until IS NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX payment_confirmation_due ON payment_confirmation (expires_at) WHERE state = 1;
