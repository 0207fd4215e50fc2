-- expand
-- The scenes that a payment agreement covers, space-separated; an agreement without them covers every scene of its app, as all did
-- before.
ALTER TABLE agreement ADD COLUMN scenes text COLLATE "C";

-- The scene that a payment names, if it names one.
ALTER TABLE payment ADD COLUMN scene text COLLATE "C";

ALTER TABLE payment_confirmation ADD COLUMN scene text COLLATE "C";
