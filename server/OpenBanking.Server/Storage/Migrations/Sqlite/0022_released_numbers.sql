-- expand
-- Applications that came to nothing keep nothing that finds a person. An older server leaves it there for those that it ends.
UPDATE account_application SET id_number_index = '', mobile_index = '' WHERE reason IS NOT NULL AND id_number_index <> '';

-- When a customer's mobile number was last changed or released. A server that knows nothing of it notes no change, so an application
-- from before that change may bring the old number back until every node is upgraded. Last, as whoever signs in waits for its lock.
ALTER TABLE customer ADD COLUMN mobile_changed_at INTEGER;
