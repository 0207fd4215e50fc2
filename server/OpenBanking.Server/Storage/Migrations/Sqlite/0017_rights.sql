-- expand
-- What customers may ask of the bank about themselves. A server that knows none of it leaves it alone.

-- Cases 投诉 that customers open, and how many of a customer's wait for an answer.
CREATE TABLE customer_case (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    kind INTEGER NOT NULL,
    state INTEGER NOT NULL,
    account_id BLOB,
    line INTEGER,
    payment_id BLOB,
    text BLOB NOT NULL,
    answer BLOB,
    clerk TEXT,
    language TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    taken_at INTEGER,
    answered_at INTEGER,
    closed_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX customer_case_of_customer ON customer_case (customer_id);
CREATE INDEX customer_case_waiting ON customer_case (opened_at) WHERE state <= 2;

ALTER TABLE customer ADD COLUMN open_cases INTEGER NOT NULL DEFAULT 0;

-- What customers consent to, by purpose: a row each time they give or withdraw it.
CREATE TABLE purpose_choice (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    purpose TEXT NOT NULL,
    given INTEGER NOT NULL,
    text_version INTEGER NOT NULL,
    chosen_at INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX purpose_choice_of_customer ON purpose_choice (customer_id);

ALTER TABLE customer ADD COLUMN purpose_choices INTEGER NOT NULL DEFAULT 0;
