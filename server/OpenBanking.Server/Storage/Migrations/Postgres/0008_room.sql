-- expand
-- What every payment changes keeps room on its page for its next version: then no index is written for it. Rows that are
-- there already move to pages with room one by one, as they change.

ALTER TABLE account SET (fillfactor = 80);
ALTER TABLE agreement SET (fillfactor = 80);
ALTER TABLE coupon SET (fillfactor = 80);
