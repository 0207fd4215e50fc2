-- expand
-- The indexes of the other dialect: what they find is one customer's or one app's, and few, so that world and id need not
-- be in them a second time.

CREATE INDEX account_of_customer ON account (customer_id);
DROP INDEX account_by_customer;

CREATE INDEX coupon_of_customer ON coupon (customer_id, app_id);
DROP INDEX coupon_by_customer;

CREATE INDEX consent_of_customer ON consent (customer_id, app_id);
DROP INDEX consent_by_customer;

CREATE INDEX webhook_endpoint_of_app ON webhook_endpoint (app_id);
DROP INDEX webhook_endpoint_by_app;

CREATE INDEX webhook_delivery_waiting ON webhook_delivery (endpoint_id, due_at) WHERE state = 1;
DROP INDEX webhook_delivery_due;

CREATE INDEX sandbox_message_to_mobile ON sandbox_message (mobile);
DROP INDEX sandbox_message_by_mobile;
