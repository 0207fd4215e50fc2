-- expand
-- Pictures of ID cards that come with applications on the bank's pages. A server that knows none of them makes applications
-- without, and leaves the verification of the others to servers that do: its intent is of a kind it does not know.
ALTER TABLE account_application ADD COLUMN images INTEGER NOT NULL DEFAULT 0;

CREATE INDEX account_application_images_ended ON account_application (expires_at)
    WHERE images > 0 AND state IN (2, 4, 7, 8);

-- With a rowid: rows are megabytes, and do not belong between the keys.
CREATE TABLE identity_image (
    world INTEGER NOT NULL,
    id BLOB NOT NULL,
    application_id BLOB NOT NULL,
    side INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    given_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (world, id)
) STRICT;

CREATE INDEX identity_image_of_application ON identity_image (application_id);
