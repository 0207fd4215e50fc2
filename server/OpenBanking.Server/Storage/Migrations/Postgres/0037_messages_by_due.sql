-- expand
-- concurrently: intent_message_due
-- Messages that are due, apart from everything else: who waits for a code waits for no transfers to be read.
-- Servers that know nothing of it find the same by it.
CREATE INDEX CONCURRENTLY intent_message_due ON intent (due_at) WHERE state <> 3 AND kind = 1;
