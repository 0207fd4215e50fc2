-- The schema of the embedded store. Instants are microseconds since 1970 (UTC), dates are yyyymmdd, money is in
-- minor units, ids are sixteen bytes that sort as they were made. The world is the first part of every key.

-- What money moves on. The first lock is the engine's rules; the checks here are the second.

CREATE TABLE account (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    card_id BLOB NOT NULL,
    type TEXT NOT NULL,
    state INTEGER NOT NULL,
    number BLOB NOT NULL,
    last_four TEXT NOT NULL,
    currency TEXT NOT NULL,
    available INTEGER NOT NULL,
    held INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    outflow_day INTEGER NOT NULL,
    day_outflow INTEGER NOT NULL,
    year_outflow INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (available >= 0 AND held >= 0),
    CHECK (day_outflow >= 0 AND year_outflow >= 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX account_by_customer ON account (world, customer_id);

CREATE TABLE agreement (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    consent_id BLOB NOT NULL,
    app_id BLOB NOT NULL,
    partner_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    card_id BLOB NOT NULL,
    state INTEGER NOT NULL,
    currency TEXT NOT NULL,
    per_payment_limit INTEGER NOT NULL,
    daily_limit INTEGER NOT NULL,
    total_limit INTEGER NOT NULL,
    top_up_allowed INTEGER NOT NULL,
    day INTEGER NOT NULL,
    day_paid INTEGER NOT NULL,
    day_topped_up INTEGER NOT NULL,
    total_paid INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (day_paid >= 0 AND total_paid >= 0 AND day_topped_up >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE coupon (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    stock_id BLOB NOT NULL,
    campaign_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    app_id BLOB NOT NULL,
    state INTEGER NOT NULL,
    currency TEXT NOT NULL,
    discount INTEGER NOT NULL,
    threshold INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    payment_id BLOB,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id),
    CHECK ((state = 2) = (payment_id IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX coupon_by_customer ON coupon (world, app_id, customer_id, id);

CREATE TABLE order_number (
    world INTEGER NOT NULL,
    app_id BLOB NOT NULL,
    order_no TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    last_payment_id BLOB NOT NULL,
    paid INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, app_id, order_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE payment (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    app_id BLOB NOT NULL,
    partner_id BLOB NOT NULL,
    order_no TEXT NOT NULL,
    agreement_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    coupon_id BLOB,
    campaign_id BLOB,
    state INTEGER NOT NULL,
    decline_code TEXT,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    discount INTEGER NOT NULL,
    refunded INTEGER NOT NULL,
    description TEXT,
    business_date INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (amount > 0 AND discount BETWEEN 0 AND amount),
    CHECK (refunded BETWEEN 0 AND amount)
) STRICT, WITHOUT ROWID;

CREATE TABLE refund (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    app_id BLOB NOT NULL,
    payment_id BLOB NOT NULL,
    order_no TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    customer_amount INTEGER NOT NULL,
    discount_amount INTEGER NOT NULL,
    coupon_returned INTEGER NOT NULL,
    reason TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (amount > 0 AND amount = customer_amount + discount_amount AND customer_amount >= 0 AND discount_amount >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE top_up (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    app_id BLOB NOT NULL,
    agreement_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    card_id BLOB NOT NULL,
    state INTEGER NOT NULL,
    decline_code TEXT,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    completed_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (amount > 0)
) STRICT, WITHOUT ROWID;

-- Campaigns.

CREATE TABLE coupon_stock (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    campaign_id BLOB NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    currency TEXT NOT NULL,
    discount INTEGER NOT NULL,
    threshold INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    issued INTEGER NOT NULL,
    per_customer_limit INTEGER NOT NULL,
    valid_days INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (issued BETWEEN 0 AND quantity)
) STRICT, WITHOUT ROWID;

CREATE TABLE coupon_stock_holder (
    world INTEGER NOT NULL,
    stock_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    issued INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, stock_id, customer_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE campaign (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    state INTEGER NOT NULL,
    currency TEXT NOT NULL,
    budget INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

-- Customers. Personal data are sealed; what ends in _index is a keyed digest to find them by.

CREATE TABLE customer (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    profile BLOB NOT NULL,
    pin_hash BLOB,
    pin_salt BLOB,
    pin_failures INTEGER NOT NULL,
    pin_locked_until INTEGER,
    type_two_accounts INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE customer_identity (
    world INTEGER NOT NULL,
    id_number_index TEXT NOT NULL,
    customer_id BLOB NOT NULL,
    PRIMARY KEY (world, id_number_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE customer_mobile (
    world INTEGER NOT NULL,
    mobile_index TEXT NOT NULL,
    customer_id BLOB NOT NULL,
    PRIMARY KEY (world, mobile_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE bound_card (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    bank TEXT NOT NULL,
    last_four TEXT NOT NULL,
    number BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE one_time_code (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    mobile_index TEXT NOT NULL,
    mac BLOB NOT NULL,
    failures INTEGER NOT NULL,
    used INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX one_time_code_by_expiry ON one_time_code (expires_at);

CREATE TABLE one_time_code_rate (
    world INTEGER NOT NULL,
    mobile_index TEXT NOT NULL,
    window_start INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    last_sent_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, mobile_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_application (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    app_id BLOB NOT NULL,
    state INTEGER NOT NULL,
    reason TEXT,
    elements BLOB NOT NULL,
    id_number_index TEXT NOT NULL,
    mobile_index TEXT NOT NULL,
    customer_id BLOB,
    account_id BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

-- Authorization. Secrets are kept as digests only.

CREATE TABLE consent (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    app_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    state INTEGER NOT NULL,
    scope TEXT NOT NULL,
    details TEXT NOT NULL,
    agreement_id BLOB,
    granted_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX consent_by_customer ON consent (world, app_id, customer_id, id);

CREATE TABLE single_use (
    world INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    hash TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (world, kind, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX single_use_by_expiry ON single_use (expires_at);

CREATE TABLE pushed_request (
    world INTEGER NOT NULL,
    hash TEXT NOT NULL,
    app_id BLOB NOT NULL,
    request TEXT NOT NULL,
    used INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, hash)
) STRICT;

CREATE INDEX pushed_request_by_expiry ON pushed_request (expires_at);

CREATE TABLE interaction (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    app_id BLOB NOT NULL,
    request_hash TEXT NOT NULL,
    browser_hash TEXT NOT NULL,
    mobile BLOB,
    mobile_index TEXT,
    code_id BLOB,
    signed_in INTEGER NOT NULL,
    customer_id BLOB,
    application_id BLOB,
    completed INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX interaction_by_expiry ON interaction (expires_at);

CREATE TABLE authorization_code (
    world INTEGER NOT NULL,
    hash TEXT NOT NULL,
    app_id BLOB NOT NULL,
    consent_id BLOB NOT NULL,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    key_thumbprint TEXT,
    nonce TEXT,
    used INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX authorization_code_by_expiry ON authorization_code (expires_at);

CREATE TABLE refresh_token (
    world INTEGER NOT NULL,
    hash TEXT NOT NULL,
    app_id BLOB NOT NULL,
    consent_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (world, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE signing_key (
    world INTEGER NOT NULL,
    key_id TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    private_key BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (world, key_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE page_key (
    world INTEGER NOT NULL,
    name TEXT NOT NULL,
    xml BLOB NOT NULL,
    PRIMARY KEY (world, name)
) STRICT, WITHOUT ROWID;

-- Worlds and partners. world, app_world and initial_access_token are rows of the live world.

CREATE TABLE world (
    world INTEGER NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    clock_ahead_seconds INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE partner (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE app (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    partner_id BLOB NOT NULL,
    name TEXT NOT NULL,
    scene TEXT NOT NULL,
    scope TEXT NOT NULL,
    grant_types TEXT NOT NULL,
    authorization_details_types TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    jwks TEXT NOT NULL,
    webhook_endpoints INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE app_world (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    world_number INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE initial_access_token (
    world INTEGER NOT NULL,
    hash TEXT NOT NULL,
    world_number INTEGER NOT NULL,
    partner_id BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (world, hash)
) STRICT, WITHOUT ROWID;

-- Webhooks.

CREATE TABLE webhook_endpoint (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    app_id BLOB NOT NULL,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    secret BLOB NOT NULL,
    state INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX webhook_endpoint_by_app ON webhook_endpoint (world, app_id, id);

CREATE TABLE event (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    app_id BLOB NOT NULL,
    type TEXT NOT NULL,
    body BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT;

CREATE TABLE webhook_delivery (
    world INTEGER NOT NULL,
    endpoint_id BLOB NOT NULL,
    event_id BLOB NOT NULL,
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, endpoint_id, event_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX webhook_delivery_due ON webhook_delivery (world, endpoint_id, due_at) WHERE state = 1;

-- Calls to the outside.

CREATE TABLE intent (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    kind INTEGER NOT NULL,
    state INTEGER NOT NULL,
    subject_id BLOB NOT NULL,
    request BLOB,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT;

CREATE INDEX intent_due ON intent (due_at) WHERE state <> 3;

-- The made-up outside of a sandbox.

CREATE TABLE sandbox_person (
    world INTEGER NOT NULL,
    id_number TEXT NOT NULL,
    name TEXT NOT NULL,
    mobile TEXT NOT NULL,
    PRIMARY KEY (world, id_number)
) STRICT, WITHOUT ROWID;

CREATE TABLE sandbox_card (
    world INTEGER NOT NULL,
    number TEXT NOT NULL,
    id_number TEXT NOT NULL,
    bank TEXT NOT NULL,
    balance INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, number),
    CHECK (balance >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE sandbox_message (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    mobile TEXT NOT NULL,
    text TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sandbox_message_by_mobile ON sandbox_message (world, mobile, id);

CREATE TABLE sandbox_transfer (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    card_number TEXT NOT NULL,
    amount INTEGER NOT NULL,
    decline_code TEXT,
    PRIMARY KEY (world, id)
) STRICT, WITHOUT ROWID;

-- The engine's own.

CREATE TABLE idempotency (
    world INTEGER NOT NULL,
    app_id BLOB NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status INTEGER NOT NULL,
    resource_id BLOB NOT NULL,
    journal_id BLOB NOT NULL,
    answer_offset INTEGER NOT NULL,
    answer_length INTEGER NOT NULL,
    PRIMARY KEY (world, app_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    events BLOB NOT NULL,
    pending INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT;

CREATE INDEX journal_pending ON journal (id) WHERE pending;

CREATE TABLE journal_answers (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    bodies BLOB NOT NULL,
    PRIMARY KEY (world, id)
) STRICT;

CREATE INDEX journal_answers_by_age ON journal_answers (created_at);

-- The ledger. Credits are positive.

CREATE TABLE entry (
    world INTEGER NOT NULL,
    account_id BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    posting_id BLOB NOT NULL,
    kind INTEGER NOT NULL,
    app_id BLOB,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    balance_after INTEGER,
    business_date INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (world, account_id, sequence, posting_id),
    CHECK (amount <> 0)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE(ABORT, 'entries are never changed: post a reversal');
END;

CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN
    SELECT RAISE(ABORT, 'entries are never deleted: post a reversal');
END;

CREATE TABLE internal_account (
    world INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    owner_id BLOB NOT NULL,
    currency TEXT NOT NULL,
    entry_account_id BLOB NOT NULL,
    balance INTEGER NOT NULL,
    PRIMARY KEY (world, kind, owner_id, currency)
) STRICT, WITHOUT ROWID;
