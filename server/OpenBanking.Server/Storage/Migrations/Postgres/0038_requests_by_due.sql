-- expand
-- concurrently: intent_request_due
-- Transfers and verifications that are due, apart from messages.
-- Servers that know nothing of it find the same by it.
CREATE INDEX CONCURRENTLY intent_request_due ON intent (due_at) WHERE state <> 3 AND kind <> 6 AND kind <> 1;
