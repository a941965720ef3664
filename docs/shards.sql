-- Spreads the two large tables of a results database over two more PostgreSQL servers, by enterprise. Set your own
-- addresses, and run it on the server that the dashboard uses (psql -f docs/shards.sql). On the other two servers the
-- tables must exist and be empty: load nothing, run `score-dashboard upgrade` against each.
-- tests/test_machines.py runs this file with test addresses.

BEGIN;
CREATE EXTENSION postgres_fdw;

CREATE SERVER shard_0 FOREIGN DATA WRAPPER postgres_fdw
    OPTIONS (host '10.0.0.31', port '5432', dbname 'score', async_capable 'true', use_remote_estimate 'true',
             fetch_size '10000', batch_size '1000');
CREATE SERVER shard_1 FOREIGN DATA WRAPPER postgres_fdw
    OPTIONS (host '10.0.0.32', port '5432', dbname 'score', async_capable 'true', use_remote_estimate 'true',
             fetch_size '10000', batch_size '1000');
CREATE USER MAPPING FOR PUBLIC SERVER shard_0 OPTIONS (user 'score', password_required 'false');
CREATE USER MAPPING FOR PUBLIC SERVER shard_1 OPTIONS (user 'score', password_required 'false');

ALTER TABLE result RENAME TO result_here;
CREATE TABLE result (LIKE result_here INCLUDING DEFAULTS) PARTITION BY HASH (enterprise);
CREATE FOREIGN TABLE result_0 PARTITION OF result FOR VALUES WITH (MODULUS 2, REMAINDER 0)
    SERVER shard_0 OPTIONS (table_name 'result');
CREATE FOREIGN TABLE result_1 PARTITION OF result FOR VALUES WITH (MODULUS 2, REMAINDER 1)
    SERVER shard_1 OPTIONS (table_name 'result');
INSERT INTO result SELECT * FROM result_here;
DROP TABLE result_here;

ALTER TABLE training RENAME TO training_here;
CREATE TABLE training (LIKE training_here INCLUDING DEFAULTS) PARTITION BY HASH (enterprise);
CREATE FOREIGN TABLE training_0 PARTITION OF training FOR VALUES WITH (MODULUS 2, REMAINDER 0)
    SERVER shard_0 OPTIONS (table_name 'training');
CREATE FOREIGN TABLE training_1 PARTITION OF training FOR VALUES WITH (MODULUS 2, REMAINDER 1)
    SERVER shard_1 OPTIONS (table_name 'training');
INSERT INTO training SELECT * FROM training_here;
DROP TABLE training_here;

-- Each server aggregates its own part, both at the same time.
ALTER DATABASE score SET enable_partitionwise_aggregate = on;
ALTER DATABASE score SET enable_partitionwise_join = on;
COMMIT;

ANALYZE result_0;
ANALYZE result_1;
ANALYZE training_0;
ANALYZE training_1;
