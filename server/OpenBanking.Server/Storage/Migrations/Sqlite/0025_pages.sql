-- expand
-- Which account agreement was accepted with an application, and when; and the apps' logos. A server that knows neither opens accounts
-- without noting what was accepted, and shows the apps by their initials.
ALTER TABLE account_application ADD COLUMN agreement_version TEXT;
ALTER TABLE account_application ADD COLUMN agreed_at INTEGER;

ALTER TABLE application_visit ADD COLUMN agreement_version TEXT;

-- With a rowid: rows are many kilobytes, and do not belong between the keys.
CREATE TABLE app_logo (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    media_type TEXT NOT NULL,
    content BLOB NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (world, id)
) STRICT;

ALTER TABLE app ADD COLUMN logo TEXT;
