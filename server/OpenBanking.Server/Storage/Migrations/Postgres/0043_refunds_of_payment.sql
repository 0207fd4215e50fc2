-- expand
-- concurrently: refund_of_payment
-- The refunds of one payment.
CREATE INDEX CONCURRENTLY refund_of_payment ON refund (payment_id);
