-- expand
-- What partners pay, and merchants that sell through them. A server that knows none of it goes on: the payments it makes cost
-- no fee, what it captures of a hold costs nothing more and goes to the partner, and what it gives back comes from the partner
-- and leaves the fee where it is. The next capture or refund of a newer one counts it in.
CREATE TABLE fee_rule (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    owner_id BLOB NOT NULL,
    scene TEXT,
    effective INTEGER NOT NULL,
    basis_points INTEGER NOT NULL,
    minimum INTEGER NOT NULL,
    cap INTEGER,
    refunded INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX fee_rule_by_owner ON fee_rule (world, owner_id);

ALTER TABLE payment ADD COLUMN fee_rule_id BLOB;

ALTER TABLE payment ADD COLUMN fee INTEGER CHECK (fee BETWEEN 0 AND amount);

ALTER TABLE payment ADD COLUMN fee_refunded INTEGER CHECK (fee_refunded BETWEEN 0 AND fee);

ALTER TABLE refund ADD COLUMN fee INTEGER CHECK (fee >= 0);

CREATE TABLE sub_merchant (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    partner_id BLOB NOT NULL,
    name TEXT NOT NULL,
    reference TEXT,
    state INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sub_merchant_by_partner ON sub_merchant (world, partner_id, id);

ALTER TABLE payment ADD COLUMN splits TEXT;

ALTER TABLE payment ADD COLUMN payee TEXT;

ALTER TABLE refund ADD COLUMN splits TEXT;

ALTER TABLE payment_confirmation ADD COLUMN splits TEXT;

ALTER TABLE payment_confirmation ADD COLUMN payee TEXT;

-- What partners and their merchants are paid out, and how far.
CREATE TABLE payout (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    partner_id BLOB NOT NULL,
    sub_merchant_id BLOB,
    state INTEGER NOT NULL,
    decline_code TEXT,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    through INTEGER NOT NULL,
    brought_forward INTEGER NOT NULL,
    captured INTEGER NOT NULL,
    refunded INTEGER NOT NULL,
    fees INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    completed_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (amount > 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX payout_by_partner ON payout (world, partner_id, id);

CREATE TABLE payout_progress (
    world INTEGER NOT NULL,
    owner_id BLOB NOT NULL,
    through INTEGER NOT NULL,
    carried INTEGER NOT NULL,
    open_payout_id BLOB,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, owner_id)
) STRICT, WITHOUT ROWID;
