-- expand
-- Pictures of ID cards that come with applications on the bank's pages. A server that knows none of them makes applications
-- without, and leaves the verification of the others to servers that do: its intent is of a kind it does not know.
ALTER TABLE account_application ADD COLUMN images integer NOT NULL DEFAULT 0;

CREATE INDEX account_application_images_ended ON account_application (expires_at)
    WHERE images > 0 AND state IN (2, 4, 7, 8);

CREATE TABLE identity_image (
    world integer NOT NULL,
    id uuid NOT NULL,
    application_id uuid NOT NULL,
    side integer NOT NULL,
    media_type text COLLATE "C" NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    given_at timestamptz NOT NULL,
    version bigint NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (world, id)
);

-- What is sealed does not get smaller.
ALTER TABLE identity_image ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE INDEX identity_image_of_application ON identity_image (application_id);
