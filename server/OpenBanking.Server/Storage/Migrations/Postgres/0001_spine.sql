-- The schema on PostgreSQL. Money is in minor units; ids are UUIDs that sort as they were made; text is compared byte by
-- byte. The world is the first part of every key.

-- What money moves on. The first lock is the engine's rules; the checks here are the second.

CREATE TABLE account (
    world integer NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    card_id uuid NOT NULL,
    type text COLLATE "C" NOT NULL,
    state smallint NOT NULL,
    number bytea NOT NULL,
    last_four text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    available bigint NOT NULL,
    held bigint NOT NULL,
    entries bigint NOT NULL,
    outflow_day date NOT NULL,
    day_outflow bigint NOT NULL,
    year_outflow bigint NOT NULL,
    opened_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (available >= 0 AND held >= 0),
    CHECK (day_outflow >= 0 AND year_outflow >= 0)
);

CREATE INDEX account_by_customer ON account (world, customer_id);

CREATE TABLE agreement (
    world integer NOT NULL,
    id uuid NOT NULL,
    consent_id uuid NOT NULL,
    app_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    account_id uuid NOT NULL,
    card_id uuid NOT NULL,
    state smallint NOT NULL,
    currency text COLLATE "C" NOT NULL,
    per_payment_limit bigint NOT NULL,
    daily_limit bigint NOT NULL,
    total_limit bigint NOT NULL,
    top_up_allowed boolean NOT NULL,
    day date NOT NULL,
    day_paid bigint NOT NULL,
    day_topped_up bigint NOT NULL,
    total_paid bigint NOT NULL,
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (day_paid >= 0 AND total_paid >= 0 AND day_topped_up >= 0)
);

CREATE TABLE coupon (
    world integer NOT NULL,
    id uuid NOT NULL,
    stock_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    app_id uuid NOT NULL,
    state smallint NOT NULL,
    currency text COLLATE "C" NOT NULL,
    discount bigint NOT NULL,
    threshold bigint NOT NULL,
    issued_at timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    payment_id uuid,
    version bigint NOT NULL,
    PRIMARY KEY (world, id),
    CHECK ((state = 2) = (payment_id IS NOT NULL))
);

CREATE INDEX coupon_by_customer ON coupon (world, app_id, customer_id, id);

CREATE TABLE order_number (
    world integer NOT NULL,
    app_id uuid NOT NULL,
    order_no text COLLATE "C" NOT NULL,
    attempts integer NOT NULL,
    last_payment_id uuid NOT NULL,
    paid boolean NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, app_id, order_no)
);

CREATE TABLE payment (
    world integer NOT NULL,
    id uuid NOT NULL,
    app_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    order_no text COLLATE "C" NOT NULL,
    agreement_id uuid NOT NULL,
    account_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    coupon_id uuid,
    campaign_id uuid,
    state smallint NOT NULL,
    decline_code text COLLATE "C",
    currency text COLLATE "C" NOT NULL,
    amount bigint NOT NULL,
    discount bigint NOT NULL,
    refunded bigint NOT NULL,
    description text COLLATE "C",
    business_date date NOT NULL,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (amount > 0 AND discount BETWEEN 0 AND amount),
    CHECK (refunded BETWEEN 0 AND amount)
);

CREATE TABLE refund (
    world integer NOT NULL,
    id uuid NOT NULL,
    app_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    order_no text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    amount bigint NOT NULL,
    customer_amount bigint NOT NULL,
    discount_amount bigint NOT NULL,
    coupon_returned boolean NOT NULL,
    reason text COLLATE "C",
    created_at timestamptz NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (amount > 0 AND amount = customer_amount + discount_amount AND customer_amount >= 0 AND discount_amount >= 0)
);

CREATE TABLE top_up (
    world integer NOT NULL,
    id uuid NOT NULL,
    app_id uuid NOT NULL,
    agreement_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    account_id uuid NOT NULL,
    card_id uuid NOT NULL,
    state smallint NOT NULL,
    decline_code text COLLATE "C",
    currency text COLLATE "C" NOT NULL,
    amount bigint NOT NULL,
    created_at timestamptz NOT NULL,
    completed_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (amount > 0)
);

-- Campaigns.

CREATE TABLE coupon_stock (
    world integer NOT NULL,
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    name_zh text COLLATE "C" NOT NULL,
    name_en text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    discount bigint NOT NULL,
    threshold bigint NOT NULL,
    quantity bigint NOT NULL,
    issued bigint NOT NULL,
    per_customer_limit integer NOT NULL,
    valid_days integer NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (issued BETWEEN 0 AND quantity)
);

CREATE TABLE coupon_stock_holder (
    world integer NOT NULL,
    stock_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    issued integer NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, stock_id, customer_id)
);

CREATE TABLE campaign (
    world integer NOT NULL,
    id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    state smallint NOT NULL,
    currency text COLLATE "C" NOT NULL,
    budget bigint NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id)
);

-- Customers. Personal data are sealed; what ends in _index is a keyed digest to find them by.

CREATE TABLE customer (
    world integer NOT NULL,
    id uuid NOT NULL,
    profile bytea NOT NULL,
    pin_hash bytea,
    pin_salt bytea,
    pin_failures integer NOT NULL,
    pin_locked_until timestamptz,
    type_two_accounts integer NOT NULL,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE TABLE customer_identity (
    world integer NOT NULL,
    id_number_index text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    PRIMARY KEY (world, id_number_index)
);

CREATE TABLE customer_mobile (
    world integer NOT NULL,
    mobile_index text COLLATE "C" NOT NULL,
    customer_id uuid NOT NULL,
    PRIMARY KEY (world, mobile_index)
);

CREATE TABLE bound_card (
    world integer NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    bank text COLLATE "C" NOT NULL,
    last_four text COLLATE "C" NOT NULL,
    number bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE TABLE one_time_code (
    world integer NOT NULL,
    id uuid NOT NULL,
    mobile_index text COLLATE "C" NOT NULL,
    mac bytea NOT NULL,
    failures integer NOT NULL,
    used boolean NOT NULL,
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE INDEX one_time_code_by_expiry ON one_time_code (expires_at);

CREATE TABLE one_time_code_rate (
    world integer NOT NULL,
    mobile_index text COLLATE "C" NOT NULL,
    window_start timestamptz NOT NULL,
    sent integer NOT NULL,
    last_sent_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, mobile_index)
);

CREATE TABLE account_application (
    world integer NOT NULL,
    id uuid NOT NULL,
    app_id uuid NOT NULL,
    state smallint NOT NULL,
    reason text COLLATE "C",
    elements bytea NOT NULL,
    id_number_index text COLLATE "C" NOT NULL,
    mobile_index text COLLATE "C" NOT NULL,
    customer_id uuid,
    account_id uuid,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id)
);

-- Authorization. Secrets are kept as digests only.

CREATE TABLE consent (
    world integer NOT NULL,
    id uuid NOT NULL,
    app_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    account_id uuid NOT NULL,
    state smallint NOT NULL,
    scope text COLLATE "C" NOT NULL,
    details text COLLATE "C" NOT NULL,
    agreement_id uuid,
    granted_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE INDEX consent_by_customer ON consent (world, app_id, customer_id, id);

CREATE TABLE single_use (
    world integer NOT NULL,
    kind smallint NOT NULL,
    hash text COLLATE "C" NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (world, kind, hash)
);

CREATE INDEX single_use_by_expiry ON single_use (expires_at);

CREATE TABLE pushed_request (
    world integer NOT NULL,
    hash text COLLATE "C" NOT NULL,
    app_id uuid NOT NULL,
    request text COLLATE "C" NOT NULL,
    used boolean NOT NULL,
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, hash)
);

CREATE INDEX pushed_request_by_expiry ON pushed_request (expires_at);

CREATE TABLE interaction (
    world integer NOT NULL,
    id uuid NOT NULL,
    app_id uuid NOT NULL,
    request_hash text COLLATE "C" NOT NULL,
    browser_hash text COLLATE "C" NOT NULL,
    mobile bytea,
    mobile_index text COLLATE "C",
    code_id uuid,
    signed_in boolean NOT NULL,
    customer_id uuid,
    application_id uuid,
    completed boolean NOT NULL,
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE INDEX interaction_by_expiry ON interaction (expires_at);

CREATE TABLE authorization_code (
    world integer NOT NULL,
    hash text COLLATE "C" NOT NULL,
    app_id uuid NOT NULL,
    consent_id uuid NOT NULL,
    redirect_uri text COLLATE "C" NOT NULL,
    code_challenge text COLLATE "C" NOT NULL,
    key_thumbprint text COLLATE "C",
    nonce text COLLATE "C",
    used boolean NOT NULL,
    expires_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, hash)
);

CREATE INDEX authorization_code_by_expiry ON authorization_code (expires_at);

CREATE TABLE refresh_token (
    world integer NOT NULL,
    hash text COLLATE "C" NOT NULL,
    app_id uuid NOT NULL,
    consent_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (world, hash)
);

CREATE TABLE signing_key (
    world integer NOT NULL,
    key_id text COLLATE "C" NOT NULL,
    algorithm text COLLATE "C" NOT NULL,
    private_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (world, key_id)
);

CREATE TABLE page_key (
    world integer NOT NULL,
    name text COLLATE "C" NOT NULL,
    xml bytea NOT NULL,
    PRIMARY KEY (world, name)
);

-- Worlds and partners. world, app_world and initial_access_token are rows of the live world.

CREATE TABLE world (
    world integer NOT NULL,
    number integer NOT NULL,
    name text COLLATE "C" NOT NULL,
    clock_ahead_seconds bigint NOT NULL,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, number)
);

CREATE TABLE partner (
    world integer NOT NULL,
    id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE TABLE app (
    world integer NOT NULL,
    id uuid NOT NULL,
    partner_id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    scene text COLLATE "C" NOT NULL,
    scope text COLLATE "C" NOT NULL,
    grant_types text COLLATE "C" NOT NULL,
    authorization_details_types text COLLATE "C" NOT NULL,
    redirect_uris text COLLATE "C" NOT NULL,
    jwks text COLLATE "C" NOT NULL,
    webhook_endpoints integer NOT NULL,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE TABLE app_world (
    world integer NOT NULL,
    id uuid NOT NULL,
    world_number integer NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE TABLE initial_access_token (
    world integer NOT NULL,
    hash text COLLATE "C" NOT NULL,
    world_number integer NOT NULL,
    partner_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (world, hash)
);

-- Webhooks.

CREATE TABLE webhook_endpoint (
    world integer NOT NULL,
    id uuid NOT NULL,
    app_id uuid NOT NULL,
    url text COLLATE "C" NOT NULL,
    events text COLLATE "C" NOT NULL,
    secret bytea NOT NULL,
    state smallint NOT NULL,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE INDEX webhook_endpoint_by_app ON webhook_endpoint (world, app_id, id);

CREATE TABLE event (
    world integer NOT NULL,
    id uuid NOT NULL,
    app_id uuid NOT NULL,
    type text COLLATE "C" NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE TABLE webhook_delivery (
    world integer NOT NULL,
    endpoint_id uuid NOT NULL,
    event_id uuid NOT NULL,
    state smallint NOT NULL,
    attempts integer NOT NULL,
    due_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, endpoint_id, event_id)
);

CREATE INDEX webhook_delivery_due ON webhook_delivery (world, endpoint_id, due_at) WHERE state = 1;

-- Calls to the outside.

CREATE TABLE intent (
    world integer NOT NULL,
    id uuid NOT NULL,
    kind smallint NOT NULL,
    state smallint NOT NULL,
    subject_id uuid NOT NULL,
    request bytea,
    attempts integer NOT NULL,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE INDEX intent_due ON intent (due_at) WHERE state <> 3;

-- The made-up outside of a sandbox.

CREATE TABLE sandbox_person (
    world integer NOT NULL,
    id_number text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    mobile text COLLATE "C" NOT NULL,
    PRIMARY KEY (world, id_number)
);

CREATE TABLE sandbox_card (
    world integer NOT NULL,
    number text COLLATE "C" NOT NULL,
    id_number text COLLATE "C" NOT NULL,
    bank text COLLATE "C" NOT NULL,
    balance bigint NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, number),
    CHECK (balance >= 0)
);

CREATE TABLE sandbox_message (
    world integer NOT NULL,
    id uuid NOT NULL,
    mobile text COLLATE "C" NOT NULL,
    text text COLLATE "C" NOT NULL,
    sent_at timestamptz NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE INDEX sandbox_message_by_mobile ON sandbox_message (world, mobile, id);

CREATE TABLE sandbox_transfer (
    world integer NOT NULL,
    id uuid NOT NULL,
    card_number text COLLATE "C" NOT NULL,
    amount bigint NOT NULL,
    decline_code text COLLATE "C",
    PRIMARY KEY (world, id)
);

-- The engine's own.

CREATE TABLE idempotency (
    world integer NOT NULL,
    app_id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    fingerprint uuid NOT NULL,
    status integer NOT NULL,
    resource_id uuid NOT NULL,
    journal_id uuid NOT NULL,
    answer_offset integer NOT NULL,
    answer_length integer NOT NULL,
    PRIMARY KEY (world, app_id, key)
);

CREATE TABLE journal (
    world integer NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    events bytea NOT NULL,
    pending boolean NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE INDEX journal_pending ON journal (id) WHERE pending;

CREATE TABLE journal_answers (
    world integer NOT NULL,
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    bodies bytea NOT NULL,
    PRIMARY KEY (world, id)
);

CREATE INDEX journal_answers_by_age ON journal_answers (created_at);

-- The ledger. Credits are positive.

CREATE TABLE entry (
    world integer NOT NULL,
    account_id uuid NOT NULL,
    sequence bigint NOT NULL,
    posting_id uuid NOT NULL,
    kind smallint NOT NULL,
    app_id uuid,
    amount bigint NOT NULL,
    currency text COLLATE "C" NOT NULL,
    balance_after bigint,
    business_date date NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (world, account_id, sequence, posting_id),
    CHECK (amount <> 0)
);

CREATE FUNCTION refuse_change_of_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries are never changed or deleted: post a reversal' USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE OR DELETE ON entry
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_entry();

CREATE TABLE internal_account (
    world integer NOT NULL,
    kind smallint NOT NULL,
    owner_id uuid NOT NULL,
    currency text COLLATE "C" NOT NULL,
    entry_account_id uuid NOT NULL,
    balance bigint NOT NULL,
    PRIMARY KEY (world, kind, owner_id, currency)
);

-- The last statement of every guarded update: what another writer changed in between ends the transaction.

CREATE FUNCTION require_rows(changed bigint, expected bigint) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF changed <> expected THEN
        RAISE EXCEPTION '% rows of % are as they were read', changed, expected USING ERRCODE = 'OB001';
    END IF;
    RETURN true;
END
$$;
