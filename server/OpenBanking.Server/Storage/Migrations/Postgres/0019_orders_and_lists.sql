-- expand
-- What an app lists page by page, and the apps of a partner, which are told of its payouts. No index holds columns of a key:
-- rows are always found by the whole of it.
CREATE INDEX app_of_partner ON app (partner_id);

CREATE INDEX consent_of_app ON consent (app_id);

CREATE INDEX refund_of_app ON refund (app_id);

CREATE INDEX top_up_of_app ON top_up (app_id);

-- Orders that were closed: they count as paid, so that a server which knows of no closing takes no payment for them. Last, as
-- every payment waits for its lock.
ALTER TABLE order_number ADD COLUMN closed_at timestamptz;
