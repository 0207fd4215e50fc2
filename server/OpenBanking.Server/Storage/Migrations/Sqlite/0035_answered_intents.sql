-- expand
-- What was answered, by its age: it is swept. A server that knows nothing of it sweeps none of it.
CREATE INDEX intent_done ON intent (due_at) WHERE state = 3;
