-- expand
-- Withdrawals that customers order, with the language in which they are told when one fails. A server that knows none of it
-- brings them to the card, and leaves what the card's bank refuses to servers that do.
ALTER TABLE withdrawal ADD COLUMN language TEXT;

-- Whatever a card's bank refused and no account has, which waits to be asked for again.
CREATE INDEX withdrawal_waiting ON withdrawal (created_at) WHERE state = 3 AND source <> 1;
