-- expand
-- What customers were not asked about is found by the lines of their statements. An earlier server looks through all payments for a
-- customer's page of them.
DROP INDEX payment_unasked;
