-- expand
-- How apps use client certificates (RFC 8705). An app without a method authenticates with private_key_jwt.

ALTER TABLE app ADD COLUMN authentication_method text COLLATE "C";
ALTER TABLE app ADD COLUMN certificate_subject_kind text COLLATE "C";
ALTER TABLE app ADD COLUMN certificate_subject text COLLATE "C";
ALTER TABLE app ADD COLUMN certificate_bound_tokens boolean NOT NULL DEFAULT false;
