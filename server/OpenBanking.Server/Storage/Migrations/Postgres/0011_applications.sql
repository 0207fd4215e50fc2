-- expand
-- Applications for accounts through the API. A server that knows none of them reads those of its own pages as before, and
-- leaves the verification of the others to servers that do: its intent is of a kind it does not know.
ALTER TABLE account_application
    ADD COLUMN channel smallint NOT NULL DEFAULT 1,
    ADD COLUMN return_uri text COLLATE "C",
    ADD COLUMN card_bank text COLLATE "C",
    ADD COLUMN wrong_codes integer NOT NULL DEFAULT 0;

CREATE INDEX account_application_of_app ON account_application (app_id);

CREATE INDEX account_application_open ON account_application (expires_at) WHERE state IN (1, 5, 6);

-- Browsers' visits to applications.
CREATE TABLE application_visit (
    world integer NOT NULL,
    id uuid NOT NULL,
    application_id uuid NOT NULL,
    state smallint NOT NULL,
    browser_hash text COLLATE "C" NOT NULL,
    code_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE INDEX application_visit_by_expiry ON application_visit (expires_at);

-- How many applications a partner has made lately.
CREATE TABLE application_rate (
    world integer NOT NULL,
    partner_id uuid NOT NULL,
    window_start timestamptz NOT NULL,
    made integer NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, partner_id)
);

-- Codes are counted for browsers and addresses as well as numbers, and what is old is forgotten.
CREATE INDEX one_time_code_rate_by_last_sent ON one_time_code_rate (last_sent_at);
