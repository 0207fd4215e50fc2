-- expand
-- The scenes that a payment agreement covers, space-separated; an agreement without them covers every scene of its app, as all did
-- before.
ALTER TABLE agreement ADD COLUMN scenes TEXT;

-- The scene that a payment names, if it names one.
ALTER TABLE payment ADD COLUMN scene TEXT;

ALTER TABLE payment_confirmation ADD COLUMN scene TEXT;
