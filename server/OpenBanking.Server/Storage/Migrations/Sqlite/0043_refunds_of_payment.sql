-- expand
-- The refunds of one payment.
CREATE INDEX refund_of_payment ON refund (world, payment_id, id);
