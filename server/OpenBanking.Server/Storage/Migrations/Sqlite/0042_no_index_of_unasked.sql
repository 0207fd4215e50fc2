-- contract: needs 0041
-- What customers were not asked about is found by the lines of their statements. Servers that use this index are of an earlier schema:
-- without it they would look through all payments for a customer's page of them.
DROP INDEX payment_unasked;
