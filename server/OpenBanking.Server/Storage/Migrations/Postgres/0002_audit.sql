-- expand
-- The audit: what every batch changed, chained by one sealer, with signed heads; positions for the cursors of events; and
-- what the background auditor found. Only what is new: a server of the schema before goes on working.

CREATE TABLE audit_record (
    world integer NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    entries integer NOT NULL,
    records bytea NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE TABLE audit_unsealed (
    world integer NOT NULL,
    id uuid NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE TABLE audit_chain (
    world integer NOT NULL,
    number integer NOT NULL,
    position bigint NOT NULL,
    hash bytea NOT NULL,
    holder uuid NOT NULL,
    lease_until timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, number)
);

CREATE TABLE audit_seal (
    world integer NOT NULL,
    position bigint NOT NULL,
    record_world integer NOT NULL,
    record_id uuid NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    sealed_at timestamptz NOT NULL,
    PRIMARY KEY (world, position),
    UNIQUE (record_world, record_id)
);

CREATE TABLE audit_head (
    world integer NOT NULL,
    position bigint NOT NULL,
    signature text COLLATE "C" NOT NULL,
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (world, position)
);

CREATE TABLE audit_key (
    world integer NOT NULL,
    key_id text COLLATE "C" NOT NULL,
    private_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (world, key_id)
);

CREATE TABLE event_position (
    world integer NOT NULL,
    app_id uuid NOT NULL,
    position bigint NOT NULL,
    journal_id uuid NOT NULL,
    sealed_at timestamptz NOT NULL,
    PRIMARY KEY (world, app_id, position)
);

CREATE TABLE audit_progress (
    world integer NOT NULL,
    number integer NOT NULL,
    position bigint NOT NULL,
    swept_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, number)
);

CREATE TABLE audit_finding (
    world integer NOT NULL,
    id uuid NOT NULL,
    rule text COLLATE "C" NOT NULL,
    subject_id uuid NOT NULL,
    measure bigint NOT NULL,
    account_id uuid,
    state_before integer,
    found_at timestamptz NOT NULL,
    resolved_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE INDEX event_position_by_age ON event_position (sealed_at);

-- What events are listed from is kept for a limited time.

CREATE INDEX journal_by_age ON journal (created_at);

CREATE INDEX event_by_age ON event (created_at);

CREATE INDEX webhook_delivery_by_age ON webhook_delivery (due_at) WHERE state <> 1;

CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is never changed or deleted' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER audit_record_is_never_changed BEFORE UPDATE OR DELETE ON audit_record
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit();

CREATE TRIGGER audit_seal_is_never_changed BEFORE UPDATE OR DELETE ON audit_seal
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit();

CREATE TRIGGER audit_head_is_never_changed BEFORE UPDATE OR DELETE ON audit_head
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit();
