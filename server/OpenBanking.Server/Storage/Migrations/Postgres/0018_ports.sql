-- expand
-- Which keys wrap the keys of sealed values, and how far older values are rewrapped. A server that knows none of it cannot open
-- what newer keys have wrapped: none comes into use while it runs.
CREATE TABLE wrapping_key (
    world integer NOT NULL,
    number integer NOT NULL,
    wraps_since timestamptz NOT NULL,
    retired_at timestamptz,
    holder uuid NOT NULL,
    lease_until timestamptz NOT NULL,
    pass_began_at timestamptz NOT NULL,
    reached text COLLATE "C" NOT NULL,
    after_world integer NOT NULL,
    after_id uuid NOT NULL,
    found_in_pass bigint NOT NULL,
    rewrapped bigint NOT NULL,
    finished_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (world, number)
);

-- How far the postings were handed to the bank's core, and which internal account an entry is of.
CREATE TABLE posting_export (
    world integer NOT NULL,
    number integer NOT NULL,
    position bigint NOT NULL,
    holder uuid NOT NULL,
    lease_until timestamptz NOT NULL,
    attempts integer NOT NULL,
    failing_since timestamptz,
    due_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, number)
);

CREATE INDEX internal_account_by_entry ON internal_account (entry_account_id);
