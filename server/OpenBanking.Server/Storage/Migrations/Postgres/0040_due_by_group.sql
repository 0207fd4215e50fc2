-- expand
-- What is due has an index for each group. A server that knows nothing of them finds it by those as well; it reads more where a customer
-- closes an account or adds a card.
DROP INDEX intent_due;
