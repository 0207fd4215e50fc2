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
