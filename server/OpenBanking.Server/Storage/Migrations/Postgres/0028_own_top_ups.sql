-- expand
-- Top-ups that customers order on their own pages. A server that knows none of them leaves their cards' banks to servers that do, and
-- does not wait for them when it closes an account: what comes then goes on to the default card.
CREATE TABLE own_top_up (
    world integer NOT NULL,
    id uuid NOT NULL,
    customer_id uuid NOT NULL,
    account_id uuid NOT NULL,
    card_id uuid NOT NULL,
    state smallint NOT NULL,
    decline_code text COLLATE "C",
    currency text COLLATE "C" NOT NULL,
    amount bigint NOT NULL,
    language text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    completed_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (world, id),
    CHECK (amount > 0)
);

CREATE INDEX own_top_up_not_on_account ON own_top_up (world, account_id, id) WHERE state <> 2;
