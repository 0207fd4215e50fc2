-- expand
-- The name that was entered on the way from an app, sealed, so that whose application came to nothing need not type it again. A server
-- that knows nothing of it leaves it as it is, and has it typed.
ALTER TABLE interaction ADD COLUMN applicant_name BLOB;

-- The last wrong guess and its form, as one digest: two taps on one form count once. A server that knows nothing of it counts both.
ALTER TABLE one_time_code ADD COLUMN last_wrong BLOB;
