-- expand
-- concurrently: intent_of_card
-- The cards of an account whose banks are being asked. A server that knows nothing of it reads those of all accounts.
CREATE INDEX CONCURRENTLY intent_of_card ON intent (subject_id) WHERE kind = 9 AND state <> 3;
