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
    name BLOB,
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

-- Mobile numbers that take the place of customers' numbers. A server that knows none of them leaves the verification to
-- servers that do: its intent is of a kind it does not know.
CREATE TABLE mobile_change (
    world INTEGER NOT NULL,
    session_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    state INTEGER NOT NULL,
    mobile_index TEXT NOT NULL,
    request BLOB NOT NULL,
    code_id BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, session_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX mobile_change_by_expiry ON mobile_change (expires_at);

-- What finds a customer ends when the number is another or the customer is erased. It is deleted at once after that: an older
-- server, which would go on finding by it, sees none.
ALTER TABLE customer_mobile ADD COLUMN ended_at INTEGER;
ALTER TABLE customer_mobile ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

CREATE INDEX customer_mobile_ended ON customer_mobile (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX customer_mobile_of_customer ON customer_mobile (customer_id);

ALTER TABLE customer_identity ADD COLUMN ended_at INTEGER;
ALTER TABLE customer_identity ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

CREATE INDEX customer_identity_ended ON customer_identity (ended_at) WHERE ended_at IS NOT NULL;

-- Customers whose profile was erased, and who they were, for as long as the law makes the bank keep it.
ALTER TABLE customer ADD COLUMN erased_at INTEGER;

CREATE INDEX customer_erased ON customer (erased_at) WHERE erased_at IS NOT NULL;

CREATE INDEX account_application_of_customer ON account_application (customer_id) WHERE customer_id IS NOT NULL;

CREATE TABLE sealed_identity (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    id_number_index TEXT NOT NULL,
    profile BLOB NOT NULL,
    sealed_at INTEGER NOT NULL,
    kept_until INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sealed_identity_by_id_number ON sealed_identity (id_number_index);
