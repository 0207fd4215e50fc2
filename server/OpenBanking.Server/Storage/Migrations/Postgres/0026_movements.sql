-- expand
-- When something last moved on an account. Whoever decides a payment finds it in the row that is read anyway, and an account sleeps on
-- the day that it is due, not when it is looked for. What servers before this one post leaves it as it is: where it is missing,
-- the statement says, as before.
ALTER TABLE account ADD COLUMN moved_at timestamptz;
