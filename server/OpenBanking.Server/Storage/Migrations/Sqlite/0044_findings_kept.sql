-- expand
-- When what a finding says was found to be right again.
ALTER TABLE audit_finding ADD COLUMN kept_at INTEGER;
