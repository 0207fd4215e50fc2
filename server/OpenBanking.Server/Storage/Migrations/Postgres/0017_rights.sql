-- expand
-- What customers may ask of the bank about themselves. A server that knows none of it leaves it alone.

-- Cases 投诉 that customers open, and how many of a customer's wait for an answer.
CREATE TABLE customer_case (
    world integer NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    kind smallint NOT NULL,
    state smallint NOT NULL,
    account_id uuid,
    line bigint,
    payment_id uuid,
    name bytea,
    text bytea NOT NULL,
    answer bytea,
    clerk text COLLATE "C",
    language text COLLATE "C" NOT NULL,
    opened_at timestamptz NOT NULL,
    taken_at timestamptz,
    answered_at timestamptz,
    closed_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE INDEX customer_case_of_customer ON customer_case (customer_id);
CREATE INDEX customer_case_waiting ON customer_case (opened_at) WHERE state <= 2;

ALTER TABLE customer ADD COLUMN open_cases bigint NOT NULL DEFAULT 0;

-- What customers consent to, by purpose: a row each time they give or withdraw it.
CREATE TABLE purpose_choice (
    world integer NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    purpose text COLLATE "C" NOT NULL,
    given boolean NOT NULL,
    text_version integer NOT NULL,
    chosen_at timestamptz NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE INDEX purpose_choice_of_customer ON purpose_choice (customer_id);

ALTER TABLE customer ADD COLUMN purpose_choices bigint NOT NULL DEFAULT 0;

-- Mobile numbers that take the place of customers' numbers. A server that knows none of them leaves the verification to
-- servers that do: its intent is of a kind it does not know.
CREATE TABLE mobile_change (
    world integer NOT NULL,
    session_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    state smallint NOT NULL,
    mobile_index text COLLATE "C" NOT NULL,
    request bytea NOT NULL,
    code_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, session_id)
);

CREATE INDEX mobile_change_by_expiry ON mobile_change (expires_at);

-- What finds a customer ends when the number is another or the customer is erased. It is deleted at once after that: an older
-- server, which would go on finding by it, sees none.
ALTER TABLE customer_mobile ADD COLUMN ended_at timestamptz;
ALTER TABLE customer_mobile ADD COLUMN version bigint NOT NULL DEFAULT 1;

CREATE INDEX customer_mobile_ended ON customer_mobile (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX customer_mobile_of_customer ON customer_mobile (customer_id);

ALTER TABLE customer_identity ADD COLUMN ended_at timestamptz;
ALTER TABLE customer_identity ADD COLUMN version bigint NOT NULL DEFAULT 1;

CREATE INDEX customer_identity_ended ON customer_identity (ended_at) WHERE ended_at IS NOT NULL;

-- Customers whose profile was erased, and who they were, for as long as the law makes the bank keep it.
ALTER TABLE customer ADD COLUMN erased_at timestamptz;

CREATE INDEX customer_erased ON customer (erased_at) WHERE erased_at IS NOT NULL;

CREATE INDEX account_application_of_customer ON account_application (customer_id) WHERE customer_id IS NOT NULL;

CREATE TABLE sealed_identity (
    world integer NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    id_number_index text COLLATE "C" NOT NULL,
    profile bytea NOT NULL,
    sealed_at timestamptz NOT NULL,
    kept_until date NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE INDEX sealed_identity_by_id_number ON sealed_identity (id_number_index);
