-- expand
-- Which account agreement was accepted with an application, and when; and the apps' logos. A server that knows neither opens accounts
-- without noting what was accepted, and shows the apps by their initials.
ALTER TABLE account_application
    ADD COLUMN agreement_version text COLLATE "C",
    ADD COLUMN agreed_at timestamptz;

ALTER TABLE application_visit ADD COLUMN agreement_version text COLLATE "C";

CREATE TABLE app_logo (
    world integer NOT NULL,
    id uuid NOT NULL,
    media_type text COLLATE "C" NOT NULL,
    content bytea NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (world, id)
);

-- Last, as every call of an app reads its row.
ALTER TABLE app ADD COLUMN logo text COLLATE "C";
