-- expand
-- What partners pay. A server that knows no fees goes on: the payments it makes cost none, what it captures of a hold costs
-- nothing more, and what it gives back leaves the fee where it is.
CREATE TABLE fee_rule (
    world integer NOT NULL,
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    scene text COLLATE "C",
    effective date NOT NULL,
    basis_points integer NOT NULL,
    minimum bigint NOT NULL,
    cap bigint,
    refunded boolean NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE INDEX fee_rule_by_owner ON fee_rule (world, owner_id);

ALTER TABLE payment
    ADD COLUMN fee_rule_id uuid,
    ADD COLUMN fee bigint,
    ADD COLUMN fee_refunded bigint;

-- Not validated: no row that is there has a fee, and reading them all would keep payments waiting.
ALTER TABLE payment
    ADD CONSTRAINT payment_fee_check CHECK (fee BETWEEN 0 AND amount AND fee_refunded BETWEEN 0 AND fee) NOT VALID;

ALTER TABLE refund ADD COLUMN fee bigint;

ALTER TABLE refund ADD CONSTRAINT refund_fee_check CHECK (fee >= 0) NOT VALID;
