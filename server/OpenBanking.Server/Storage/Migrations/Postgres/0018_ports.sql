-- expand
-- Which keys wrap the keys of sealed values, and how far older values are rewrapped. A server that knows none of it cannot open
-- what newer keys have wrapped: none comes into use while it runs.
CREATE TABLE wrapping_key (
    world integer NOT NULL,
    number integer NOT NULL,
    wraps_since timestamptz NOT NULL,
    retired_at timestamptz,
    holder uuid NOT NULL,
    lease_until timestamptz NOT NULL,
    pass_began_at timestamptz NOT NULL,
    reached text COLLATE "C" NOT NULL,
    after_world integer NOT NULL,
    after_id uuid NOT NULL,
    found_in_pass bigint NOT NULL,
    rewrapped bigint NOT NULL,
    finished_at timestamptz,
    version bigint NOT NULL,
    PRIMARY KEY (world, number)
);
