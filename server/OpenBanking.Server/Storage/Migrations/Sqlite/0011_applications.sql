-- expand
-- Applications for accounts through the API. A server that knows none of them reads those of its own pages as before, and
-- leaves the verification of the others to servers that do: its intent is of a kind it does not know.
ALTER TABLE account_application ADD COLUMN channel INTEGER NOT NULL DEFAULT 1;
ALTER TABLE account_application ADD COLUMN return_uri TEXT;
ALTER TABLE account_application ADD COLUMN card_bank TEXT;
ALTER TABLE account_application ADD COLUMN wrong_codes INTEGER NOT NULL DEFAULT 0;

CREATE INDEX account_application_of_app ON account_application (app_id);

CREATE INDEX account_application_open ON account_application (expires_at) WHERE state IN (1, 5, 6);

-- Browsers' visits to applications.
CREATE TABLE application_visit (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    application_id BLOB NOT NULL,
    state INTEGER NOT NULL,
    browser_hash TEXT NOT NULL,
    code_id BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX application_visit_by_expiry ON application_visit (expires_at);

-- How many applications a partner has made lately.
CREATE TABLE application_rate (
    world INTEGER NOT NULL,
    partner_id BLOB NOT NULL,
    window_start INTEGER NOT NULL,
    made INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, partner_id)
) STRICT, WITHOUT ROWID;

-- Codes are counted for browsers and addresses as well as numbers, and what is old is forgotten.
CREATE INDEX one_time_code_rate_by_last_sent ON one_time_code_rate (last_sent_at);
