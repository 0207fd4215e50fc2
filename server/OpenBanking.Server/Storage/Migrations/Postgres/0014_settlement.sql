-- expand
-- What partners pay, and merchants that sell through them. A server that knows none of it goes on: the payments it makes cost
-- no fee, what it captures of a hold costs nothing more and goes to the partner, and what it gives back comes from the partner
-- and leaves the fee where it is. The next capture or refund of a newer one counts it in.
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

-- No index holds columns of a key: rows are always found by the whole of it.
CREATE INDEX fee_rule_by_owner ON fee_rule (owner_id);

ALTER TABLE payment
    ADD COLUMN fee_rule_id uuid,
    ADD COLUMN fee bigint,
    ADD COLUMN fee_refunded bigint;

-- Not validated: no row that is there has a fee, and reading them all would keep payments waiting.
ALTER TABLE payment
    ADD CONSTRAINT payment_fee_check CHECK (fee BETWEEN 0 AND amount AND fee_refunded BETWEEN 0 AND fee) NOT VALID;

ALTER TABLE refund ADD COLUMN fee bigint;

ALTER TABLE refund ADD CONSTRAINT refund_fee_check CHECK (fee >= 0) NOT VALID;

CREATE TABLE sub_merchant (
    world integer NOT NULL,
    id uuid NOT NULL,
    partner_id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    reference text COLLATE "C",
    state smallint NOT NULL,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE INDEX sub_merchant_by_partner ON sub_merchant (partner_id);

ALTER TABLE payment ADD COLUMN splits text COLLATE "C";

ALTER TABLE payment ADD COLUMN payee text COLLATE "C";

ALTER TABLE refund ADD COLUMN splits text COLLATE "C";

ALTER TABLE payment_confirmation ADD COLUMN splits text COLLATE "C";

ALTER TABLE payment_confirmation ADD COLUMN payee text COLLATE "C";

-- What partners and their merchants are paid out, and how far.
CREATE TABLE payout (
    world integer NOT NULL,
    id uuid NOT NULL,
    partner_id uuid NOT NULL,
    sub_merchant_id uuid,
    state smallint NOT NULL,
    decline_code text COLLATE "C",
    currency text COLLATE "C" NOT NULL,
    amount bigint NOT NULL,
    through date NOT NULL,
    brought_forward bigint NOT NULL,
    captured bigint NOT NULL,
    refunded bigint NOT NULL,
    fees bigint NOT NULL,
    created_at timestamptz NOT NULL,
    completed_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (amount > 0)
);

CREATE INDEX payout_by_partner ON payout (partner_id);

CREATE TABLE payout_progress (
    world integer NOT NULL,
    owner_id uuid NOT NULL,
    through date NOT NULL,
    carried bigint NOT NULL,
    open_payout_id uuid,
    version bigint NOT NULL,
    PRIMARY KEY (world, owner_id)
);
