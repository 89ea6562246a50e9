-- The same schema over a Citus cluster, by office: for the owner, once, in the coordinator's database after
-- all migrations, with the servers stopped: psql -v ON_ERROR_STOP=1 --single-transaction -f citus.sql
-- docs/operations.md says at which sizes. What is not named here stays on the coordinator: keys, documents,
-- runs, jobs, scores, rankings, awards, the audit.
SET search_path = thidua;

-- Citus takes no triggers along. These three tell the audit of changes by hand, which no program makes; on a
-- cluster PostgreSQL's own log (log_statement = mod) on every node has to.
DROP TRIGGER audit_by_hand ON submission;
DROP TRIGGER audit_by_hand ON form;
DROP TRIGGER audit_by_hand ON rollup;

SELECT create_reference_table('campaign');
SELECT create_reference_table('indicator');
SELECT create_reference_table('unit');
SELECT create_distributed_table('submission', 'office');
SELECT create_distributed_table('form', 'office', colocate_with => 'submission');
SELECT create_distributed_table('rollup', 'office', colocate_with => 'submission');
