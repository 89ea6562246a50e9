// node load.js PORT CLIENTS SUBMISSIONS FORMS   keep-alive clients, one request each at a time; bodies are made
// beforehand. Prints forms_per_second,N.
import http from "node:http";
import { randomUUID } from "node:crypto";

const [port, clients, submissions, forms] = process.argv.slice(2).map(Number);
const CELLS = 20;
const numbers = Array.from({ length: CELLS }, (_, i) => i + 1);
const body = (n) => JSON.stringify({ id: randomUUID(), office: String(n % 10600 + 1).padStart(5, "0"),
    forms: Array.from({ length: forms }, (_, v) => ({ unit: `${n % 10600 + 1}.${v + 1}`, period: 202201 + Math.floor(n / 10600) % 12,
        indicator: numbers, state: numbers.map(() => 1), value: numbers.map((i) => (n * 31 + v * 17 + i * 7919) % 1000000),
        denominator: numbers.map((i) => (i > 12 && i < 19 ? 10000000 + n : null)) })) });
const bodies = Array.from({ length: submissions }, (_, n) => body(n));
const agent = new http.Agent({ keepAlive: true, maxSockets: clients });

const send = (text) => new Promise((resolve, reject) => {
    const request = http.request({ port, host: "127.0.0.1", agent, method: "POST", path: "/submit",
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(text) } }, (answer) => {
        answer.resume();
        answer.on("end", () => (answer.statusCode === 200 ? resolve() : reject(new Error(`status ${answer.statusCode}`))));
    });
    request.on("error", reject);
    request.end(text);
});

let next = 0;
const begun = process.hrtime.bigint();
await Promise.all(Array.from({ length: clients }, async () => {
    while (next < submissions)
        await send(bodies[next++]);
}));
const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
console.log(`forms_per_second,${(submissions * forms / seconds).toFixed(3)}`);
agent.destroy();
