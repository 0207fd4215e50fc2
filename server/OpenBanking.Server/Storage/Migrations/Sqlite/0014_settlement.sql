-- expand
-- What partners pay. A server that knows no fees goes on: the payments it makes cost none, what it captures of a hold costs
-- nothing more, and what it gives back leaves the fee where it is.
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
