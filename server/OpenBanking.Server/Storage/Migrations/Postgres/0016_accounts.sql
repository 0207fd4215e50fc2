-- expand
-- Several cards of one account, and accounts of Type III. A server that knows none of it takes the default card for the only one,
-- goes on topping up from the card that an agreement was made with, and leaves the verification of new cards to servers that know of
-- them. It opens accounts of Type II alone, and drops what would go out of one of Type III, whose limits it does not know.
ALTER TABLE bound_card
    ADD COLUMN account_id uuid,
    ADD COLUMN removed_at timestamptz,
    ADD COLUMN version bigint NOT NULL DEFAULT 1;

CREATE INDEX bound_card_by_account ON bound_card (account_id) WHERE account_id IS NOT NULL;

CREATE TABLE account_verification (
    world integer NOT NULL,
    account_id uuid NOT NULL,
    purpose smallint NOT NULL,
    state smallint NOT NULL,
    reason text COLLATE "C",
    failures bigint NOT NULL,
    failing_since timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (world, account_id, purpose)
);

ALTER TABLE customer ADD COLUMN type_three_accounts bigint NOT NULL DEFAULT 0;

ALTER TABLE account_application ADD COLUMN account_type text COLLATE "C";

-- Last: payments wait as long as this is not committed.
ALTER TABLE account ADD COLUMN cards bigint NOT NULL DEFAULT 1;
