-- expand
-- Notices of payments that are due, apart from everything else.
-- Servers that know nothing of it find the same by it.
CREATE INDEX intent_notice_due ON intent (due_at) WHERE state <> 3 AND kind = 6;
