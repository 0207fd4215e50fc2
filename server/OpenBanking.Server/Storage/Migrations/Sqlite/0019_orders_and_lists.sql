-- expand
-- What an app lists page by page, and the apps of a partner, which are told of its payouts.
CREATE INDEX app_of_partner ON app (world, partner_id);

CREATE INDEX consent_of_app ON consent (world, app_id, id);

CREATE INDEX refund_of_app ON refund (world, app_id, id);

CREATE INDEX top_up_of_app ON top_up (world, app_id, id);

-- Orders that were closed: they count as paid, so that a server which knows of no closing takes no payment for them.
ALTER TABLE order_number ADD COLUMN closed_at INTEGER;
