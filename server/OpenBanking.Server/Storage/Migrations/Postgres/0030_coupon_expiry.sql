-- expand
-- Finds the coupons whose time is over and that nobody used: their apps are told. A server that knows nothing of it takes the
-- state that they come to for what it is by their time anyway.

CREATE INDEX coupon_due ON coupon (valid_until) WHERE state = 1;
