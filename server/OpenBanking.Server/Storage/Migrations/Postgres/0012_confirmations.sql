-- expand
-- Payments that their customers are to confirm. A server that knows none of it goes on: it takes the order number for paid
-- while one waits, finds the payment as soon as it is confirmed, and captures, cancels and refunds it like any other.
CREATE TABLE payment_confirmation (
    world integer NOT NULL,
    payment_id uuid NOT NULL,
    app_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    order_no text COLLATE "C" NOT NULL,
    customer_id uuid,
    coupon_id uuid,
    state smallint NOT NULL,
    decline_code text COLLATE "C",
    currency text COLLATE "C" NOT NULL,
    amount bigint NOT NULL,
    discount bigint NOT NULL,
    customer_amount bigint NOT NULL,
    description text COLLATE "C",
    manual boolean NOT NULL,
    hold_until timestamptz,
    return_url text COLLATE "C",
    code_id uuid,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, payment_id),
    CHECK (amount > 0 AND discount BETWEEN 0 AND amount AND customer_amount BETWEEN 0 AND amount),
    CHECK (manual OR hold_until IS NULL)
);

CREATE INDEX payment_confirmation_due ON payment_confirmation (expires_at) WHERE state = 1;
