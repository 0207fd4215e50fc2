-- expand
-- What was used once stands in the order in which it came, without an index of its names: those have no order, and cost a page each.
-- The server has them in memory, with the place of each row, which no VACUUM changes since it has a name. An earlier server looks
-- through the table instead.
ALTER TABLE single_use RENAME TO single_use_by_name;
CREATE TABLE single_use (
    world INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    hash TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    arrival INTEGER PRIMARY KEY
) STRICT;
INSERT INTO single_use (world, kind, hash, expires_at)
SELECT world, kind, hash, expires_at FROM single_use_by_name ORDER BY expires_at;
DROP TABLE single_use_by_name;
CREATE INDEX single_use_by_expiry ON single_use (expires_at);
