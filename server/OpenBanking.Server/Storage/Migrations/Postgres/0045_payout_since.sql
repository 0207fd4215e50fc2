-- expand
-- The first business day that a payout settles.
ALTER TABLE payout ADD COLUMN since date;
