-- expand
-- The audit: what every batch changed, chained by one sealer, with signed heads; positions for the cursors of events; and
-- what the background auditor found. Only what is new: a server of the schema before goes on working.

CREATE TABLE audit_record (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    records BLOB NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (world, id)
) STRICT;

CREATE TABLE audit_unsealed (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_chain (
    world INTEGER NOT NULL,
    number INTEGER NOT NULL,
    position INTEGER NOT NULL,
    hash BLOB NOT NULL,
    holder BLOB NOT NULL,
    lease_until INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, number)
) STRICT;

CREATE TABLE audit_seal (
    world INTEGER NOT NULL,
    position INTEGER NOT NULL,
    record_world INTEGER NOT NULL,
    record_id BLOB NOT NULL,
    previous_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    sealed_at INTEGER NOT NULL,
    PRIMARY KEY (world, position),
    UNIQUE (record_world, record_id)
) STRICT;

CREATE TABLE audit_head (
    world INTEGER NOT NULL,
    position INTEGER NOT NULL,
    signature TEXT NOT NULL,
    signed_at INTEGER NOT NULL,
    PRIMARY KEY (world, position)
) STRICT;

CREATE TABLE audit_key (
    world INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    private_key BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (world, key_id)
) STRICT;

CREATE TABLE event_position (
    world INTEGER NOT NULL,
    app_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    journal_id BLOB NOT NULL,
    sealed_at INTEGER NOT NULL,
    PRIMARY KEY (world, app_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_progress (
    world INTEGER NOT NULL,
    number INTEGER NOT NULL,
    position INTEGER NOT NULL,
    swept_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, number)
) STRICT;

CREATE TABLE audit_finding (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    rule TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    measure INTEGER NOT NULL,
    account_id BLOB,
    state_before INTEGER,
    found_at INTEGER NOT NULL,
    resolved_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT;

CREATE INDEX event_position_by_age ON event_position (sealed_at);

-- What events are listed from is kept for a limited time.

CREATE INDEX journal_by_age ON journal (created_at);

CREATE INDEX event_by_age ON event (created_at);

CREATE INDEX webhook_delivery_by_age ON webhook_delivery (due_at) WHERE state <> 1;

CREATE TRIGGER audit_record_is_never_changed BEFORE UPDATE ON audit_record
BEGIN
    SELECT RAISE(ABORT, 'the audit is never changed');
END;

CREATE TRIGGER audit_record_is_never_deleted BEFORE DELETE ON audit_record
BEGIN
    SELECT RAISE(ABORT, 'the audit is never deleted');
END;

CREATE TRIGGER audit_seal_is_never_changed BEFORE UPDATE ON audit_seal
BEGIN
    SELECT RAISE(ABORT, 'the audit is never changed');
END;

CREATE TRIGGER audit_seal_is_never_deleted BEFORE DELETE ON audit_seal
BEGIN
    SELECT RAISE(ABORT, 'the audit is never deleted');
END;

CREATE TRIGGER audit_head_is_never_changed BEFORE UPDATE ON audit_head
BEGIN
    SELECT RAISE(ABORT, 'the audit is never changed');
END;

CREATE TRIGGER audit_head_is_never_deleted BEFORE DELETE ON audit_head
BEGIN
    SELECT RAISE(ABORT, 'the audit is never deleted');
END;
