-- expand
-- Which keys wrap the keys of sealed values, and how far older values are rewrapped. A server that knows none of it cannot open
-- what newer keys have wrapped: none comes into use while it runs.
CREATE TABLE wrapping_key (
    world INTEGER NOT NULL,
    number INTEGER NOT NULL,
    wraps_since INTEGER NOT NULL,
    retired_at INTEGER,
    holder BLOB NOT NULL,
    lease_until INTEGER NOT NULL,
    pass_began_at INTEGER NOT NULL,
    reached TEXT NOT NULL,
    after_world INTEGER NOT NULL,
    after_id BLOB NOT NULL,
    found_in_pass INTEGER NOT NULL,
    rewrapped INTEGER NOT NULL,
    finished_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, number)
) STRICT, WITHOUT ROWID;

-- How far the postings were handed to the bank's core, and which internal account an entry is of.
CREATE TABLE posting_export (
    world INTEGER NOT NULL,
    number INTEGER NOT NULL,
    position INTEGER NOT NULL,
    holder BLOB NOT NULL,
    lease_until INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    failing_since INTEGER,
    due_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX internal_account_by_entry ON internal_account (entry_account_id);
