-- expand
-- Payments that are held first and captured later. What is new may be left out, so that a server which knows of no
-- holds goes on beside one that does. State 5 is authorized: the one state that holds anything.

ALTER TABLE payment ADD COLUMN authorized INTEGER CHECK (amount <= authorized);

ALTER TABLE payment ADD COLUMN captured INTEGER CHECK (captured BETWEEN 0 AND amount);

ALTER TABLE payment ADD COLUMN held INTEGER CHECK ((state = 5) = (held IS NOT NULL) AND held >= 0);

ALTER TABLE payment ADD COLUMN expires_at INTEGER
    CHECK (state <> 5 OR COALESCE(authorized = amount AND captured < amount AND expires_at IS NOT NULL, FALSE));

CREATE INDEX payment_hold_due ON payment (expires_at) WHERE held IS NOT NULL;

ALTER TABLE coupon ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held = 0 OR state = 2);
