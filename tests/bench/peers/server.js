// What one would write first, and what one would make of it when it is too slow:
//     node server.js naive|tuned PORT
// POST /submit takes {id, office, unit..., forms: [{unit, period, indicator, state, value, denominator}]} as JSON.
// naive: a transaction for each submission, an INSERT for each row. tuned: whatever waits goes into one
// transaction, two statements, while the next batch gathers. No keys, no checks, no signed receipts.
import Fastify from "fastify";
import pg from "pg";

const [, , mode, port] = process.argv;
const pool = new pg.Pool({ max: 10 });
const app = Fastify({ bodyLimit: 1048576 });
const submissionSql = "INSERT INTO peer_submission (office, id, accepted_at, cells) ";
const formSql = "INSERT INTO peer_form (office, unit, period, submission, indicator, state, value, denominator) ";

await pool.query(`
    CREATE TABLE IF NOT EXISTS peer_submission (office text, id uuid, accepted_at timestamptz, cells int, PRIMARY KEY (office, id));
    CREATE TABLE IF NOT EXISTS peer_form (office text, unit text, period int, submission uuid, indicator smallint[],
        state smallint[], value bigint[], denominator bigint[], PRIMARY KEY (office, unit, period, submission));
    TRUNCATE peer_submission, peer_form`);

const cellsOf = (s) => s.forms.reduce((sum, form) => sum + form.indicator.length, 0);

async function naive(s) {
    const client = await pool.connect();
    try {
        await client.query("BEGIN");
        await client.query({ name: "s", text: submissionSql + "VALUES ($1, $2, now(), $3)", values: [s.office, s.id, cellsOf(s)] });
        for (const f of s.forms)
            await client.query({ name: "f", text: formSql + "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                values: [s.office, f.unit, f.period, s.id, f.indicator, f.state, f.value, f.denominator] });
        await client.query("COMMIT");
    } catch (error) {
        await client.query("ROLLBACK");
        throw error;
    } finally {
        client.release();
    }
}

let waiting = [], busy = 0;
const arrays = "(SELECT array_agg(x::INT) FROM json_array_elements_text(f->'NAME') x)";
const column = (name, type) => arrays.replace("INT", type).replace("NAME", name);
const batchSql = `WITH s AS (SELECT value AS s FROM json_array_elements($1::json)),
    made AS (${submissionSql} SELECT s->>'office', (s->>'id')::uuid, now(), (s->>'cells')::int FROM s)
    ${formSql} SELECT s->>'office', f->>'unit', (f->>'period')::int, (s->>'id')::uuid, ${column("indicator", "smallint")},
        ${column("state", "smallint")}, ${column("value", "bigint")}, ${column("denominator", "bigint")}
      FROM s, json_array_elements(s->'forms') f`;

async function flush() {
    if (busy >= 2 || waiting.length === 0)
        return;
    busy++;
    const batch = waiting.splice(0, 256);
    try {
        await pool.query({ name: "b", text: batchSql, values: [JSON.stringify(batch.map((w) => w.s))] });
        batch.forEach((w) => w.resolve());
    } catch (error) {
        batch.forEach((w) => w.reject(error));
    }
    busy--;
    setImmediate(flush);
}

function tuned(s) {
    s.cells = cellsOf(s);
    return new Promise((resolve, reject) => {
        waiting.push({ s, resolve, reject });
        setImmediate(flush);
    });
}

const store = mode === "naive" ? naive : tuned;
app.post("/submit", async (request) => {
    await store(request.body);
    return { id: request.body.id, cells: cellsOf(request.body), at: new Date().toISOString() };
});
await app.listen({ port: Number(port), host: "127.0.0.1" });
console.log("ready");
