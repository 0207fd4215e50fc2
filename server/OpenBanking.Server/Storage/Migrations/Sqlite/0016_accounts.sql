-- expand
-- Several cards of one account, and accounts of Type III. A server that knows none of it takes the default card for the only one,
-- goes on topping up from the card that an agreement was made with, and leaves the verification of new cards to servers that know of
-- them. It opens accounts of Type II alone, and drops what would go out of one of Type III, whose limits it does not know.
ALTER TABLE bound_card ADD COLUMN account_id BLOB;
ALTER TABLE bound_card ADD COLUMN removed_at INTEGER;
ALTER TABLE bound_card ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

CREATE INDEX bound_card_by_account ON bound_card (account_id) WHERE account_id IS NOT NULL;

CREATE TABLE account_verification (
    world INTEGER NOT NULL,
    account_id BLOB NOT NULL,
    purpose INTEGER NOT NULL,
    state INTEGER NOT NULL,
    reason TEXT,
    failures INTEGER NOT NULL,
    failing_since INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, account_id, purpose)
) STRICT, WITHOUT ROWID;

ALTER TABLE customer ADD COLUMN type_three_accounts INTEGER NOT NULL DEFAULT 0;

ALTER TABLE account_application ADD COLUMN account_type TEXT;

-- Last: payments wait as long as this is not committed.
ALTER TABLE account ADD COLUMN cards INTEGER NOT NULL DEFAULT 1;
