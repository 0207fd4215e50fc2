-- expand
-- Payments that are held first and captured later. What is new may be left out, so that a server which knows of no
-- holds goes on beside one that does. State 5 is authorized: the one state that holds anything.

ALTER TABLE payment
    ADD COLUMN authorized bigint,
    ADD COLUMN captured bigint,
    ADD COLUMN held bigint,
    ADD COLUMN expires_at timestamptz;

-- Not validated: no row that is there has a hold, and reading them all would keep payments waiting.
ALTER TABLE payment
    ADD CONSTRAINT payment_held_check CHECK ((state = 5) = (held IS NOT NULL) AND held >= 0) NOT VALID,
    ADD CONSTRAINT payment_captured_check CHECK (captured BETWEEN 0 AND amount AND amount <= authorized) NOT VALID,
    ADD CONSTRAINT payment_authorized_check
        CHECK (state <> 5 OR COALESCE(authorized = amount AND captured < amount AND expires_at IS NOT NULL, false)) NOT VALID;

CREATE INDEX payment_hold_due ON payment (expires_at) WHERE held IS NOT NULL;

ALTER TABLE coupon ADD COLUMN held boolean NOT NULL DEFAULT false;

ALTER TABLE coupon ADD CONSTRAINT coupon_held_check CHECK (NOT held OR state = 2) NOT VALID;
