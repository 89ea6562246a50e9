// graphile-worker at its best for small jobs: local queue of 500, completions in batches, no-op tasks.
//     node queue.js JOBS      (PGHOST, PGPORT, PGUSER, PGDATABASE)   prints jobs_per_second,N
import { Logger, run, runMigrations } from "graphile-worker";
import pg from "pg";

const jobs = Number(process.argv[2]);
const pool = new pg.Pool({ max: 30 });
pool.on("error", (error) => { throw error; });
const preset = { worker: { concurrentJobs: 24, localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } };
const silent = { pgPool: pool, preset, noHandleSignals: true, logger: new Logger(() => () => {}) };
await runMigrations(silent);
await pool.query("SELECT graphile_worker.add_jobs(array(SELECT json_populate_record(NULL::graphile_worker.job_spec, " +
    "'{\"identifier\":\"noop\"}') FROM generate_series(1, $1)))", [jobs]);

let done = 0, finish;
const all = new Promise((resolve) => { finish = resolve; });
const begun = process.hrtime.bigint();
const runner = await run({ ...silent, taskList: { noop: () => { if (++done === jobs) finish(); } } });
await all;
// Done is done when the store knows it.
while ((await pool.query("SELECT count(*)::int AS left FROM graphile_worker._private_jobs")).rows[0].left > 0)
    await new Promise((resolve) => setTimeout(resolve, 5));
const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
console.log(`jobs_per_second,${(jobs / seconds).toFixed(3)}`);
await runner.stop();
await pool.end();
