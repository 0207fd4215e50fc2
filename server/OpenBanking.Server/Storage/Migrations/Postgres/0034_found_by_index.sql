-- expand
-- What is found by an index now: top-ups that have no answer by their account, who is signed in by customer and number, and what
-- nobody needs any more by its age. A server that knows nothing of it reads more to find the same, and sweeps none of it.
CREATE INDEX top_up_under_way ON top_up (account_id) WHERE state = 1;

CREATE INDEX customer_session_of_customer ON customer_session (customer_id) WHERE customer_id IS NOT NULL;

CREATE INDEX interaction_of_mobile ON interaction (mobile_index) WHERE mobile_index IS NOT NULL;

CREATE INDEX sandbox_message_by_age ON sandbox_message (sent_at);

CREATE INDEX initial_access_token_by_expiry ON initial_access_token (expires_at);

CREATE INDEX refresh_token_by_age ON refresh_token (created_at);
