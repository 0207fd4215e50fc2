-- expand
-- How apps use client certificates (RFC 8705). An app without a method authenticates with private_key_jwt.

ALTER TABLE app ADD COLUMN authentication_method TEXT;
ALTER TABLE app ADD COLUMN certificate_subject_kind TEXT;
ALTER TABLE app ADD COLUMN certificate_subject TEXT;
ALTER TABLE app ADD COLUMN certificate_bound_tokens INTEGER NOT NULL DEFAULT 0;
