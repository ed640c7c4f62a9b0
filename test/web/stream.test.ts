/** The stream of events: resumed, cut off, gone with the agent and back with it. */
import assert from "node:assert/strict";
import { type ClientRequest, request } from "node:http";
import test, { type TestContext } from "node:test";
import { until, WebLab } from "./web-lab.ts";

interface Following {
  text(): string;
  status(): number;
  readonly outgoing: ClientRequest;
  isOver(): boolean;
}

function follow(t: TestContext, lab: WebLab, path: string, own: Record<string, string>): Following {
  const headers = { cookie: `solosafe-${lab.port}=abcdefghijkl`, ...own };
  const outgoing = request({ host: "127.0.0.1", port: lab.port, path, headers, agent: false });
  let text = "";
  let status = 0;
  let isOver = false;
  outgoing.on("response", (response) => {
    status = response.statusCode ?? 0;
    response.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    response.on("error", () => {});
    response.on("close", () => {
      isOver = true;
    });
  });
  outgoing.on("error", () => {});
  outgoing.end();
  t.after(() => outgoing.destroy());
  return { text: () => text, status: () => status, outgoing, isOver: () => isOver };
}

const SSE = { accept: "text/event-stream" };
const STREAM = "/v1/events/stream";

/** What the agent would send: where it is, then all events after `after`, up to five. */
function playEvents(lab: WebLab): void {
  lab.agent.stream = ({ url }, write) => {
    write({ type: "heartbeat", lastEvent: 5 });
    const after = new URLSearchParams(url.split("?")[1]).get("after");
    for (let seq = Number(after ?? 5) + 1; seq <= 5; seq += 1) {
      write({ type: "event", event: { seq, id: "agent-started" } });
    }
  };
}

test("each event carries its number, and a browser goes on from the last one", async (t) => {
  const lab = await WebLab.open(t);
  playEvents(lab);
  const ids = (text: string): number[] =>
    [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  const fresh = follow(t, lab, STREAM, SSE);
  await until("it is open", () => fresh.text().includes("heartbeat"));
  assert.deepEqual(ids(fresh.text()), [5]);
  assert.equal(lab.agent.heard.at(-1)?.url, STREAM);
  assert.equal(lab.agent.heard.at(-1)?.headers.authorization, "Bearer abcdefghijkl");
  const resumed = follow(t, lab, `${STREAM}?after=1`, { ...SSE, "last-event-id": "3" });
  await until("the rest is there", () => ids(resumed.text()).includes(5));
  // The heartbeat ran ahead of two events, so it has no number.
  assert.deepEqual(ids(resumed.text()), [4, 5]);
  assert.equal(lab.agent.heard.at(-1)?.url, `${STREAM}?after=3`);
  const asked = follow(t, lab, `${STREAM}?after=2`, { ...SSE, "last-event-id": "nonsense\t" });
  await until("it is open", () => asked.text().includes("heartbeat"));
  assert.deepEqual(lab.agent.heard.at(-1)?.url, STREAM);
});

test("a script gets the lines of the contract", async (t) => {
  const lab = await WebLab.open(t);
  playEvents(lab);
  const lines = follow(t, lab, `${STREAM}?after=4`, {});
  await until("both are there", () => lines.text().split("\n").length === 3);
  const parsed = lines
    .text()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string });
  assert.deepEqual(
    parsed.map(({ type }) => type),
    ["heartbeat", "event"],
  );
});

test("the agent goes and comes back, and no event is lost or told twice", async (t) => {
  const lab = await WebLab.open(t);
  playEvents(lab);
  const following = follow(t, lab, `${STREAM}?after=4`, SSE);
  await until("the first event", () => following.text().includes('"seq":5'));
  await lab.agent.stop();
  await until("it is told", () => following.text().includes('{"type":"agent","isUp":false}'));
  const down = await lab.ask("/v1/status", { headers: { authorization: "Bearer abcdefghijkl" } });
  assert.equal(down.status, 503);
  assert.match(down.text, /agent\/not-running/);
  assert.equal((await lab.ask("/")).status, 200, "the page is there all the same");
  lab.agent.stream = ({ url }, write) => {
    write({ type: "heartbeat", lastEvent: 6 });
    const after = Number(new URLSearchParams(url.split("?")[1]).get("after"));
    for (let seq = after + 1; seq <= 6; seq += 1) write({ type: "event", event: { seq } });
  };
  await lab.agent.start();
  await until("the next event", () => following.text().includes('"seq":6'));
  assert.match(following.text(), /\{"type":"agent","isUp":true\}/);
  assert.equal(following.text().match(/"seq":5/g)?.length, 1);
  assert.equal(following.isOver(), false);
});

test("a session that ends while the agent is away ends the stream", async (t) => {
  const lab = await WebLab.open(t);
  playEvents(lab);
  const following = follow(t, lab, STREAM, SSE);
  await until("it is open", () => following.text().includes("heartbeat"));
  await lab.agent.stop();
  lab.agent.stream = null;
  lab.agent.answer = () => ({ status: 401, body: { error: { code: "x", message: "y" } } });
  await lab.agent.start();
  await until("it is over", () => following.isOver());
  assert.match(following.text(), /\{"type":"signed-out"\}/);
});

test("no stream without an agent, nor for who is refused", async (t) => {
  const lab = await WebLab.open(t);
  lab.agent.answer = () => ({ status: 403, body: { error: { code: "x", message: "y" } } });
  const refused = follow(t, lab, STREAM, SSE);
  await until("it is refused", () => refused.status() === 403);
  await lab.agent.stop();
  const alone = follow(t, lab, STREAM, SSE);
  await until("it is refused", () => alone.status() === 503);
});

test("so many streams and no more, and each one that ends makes room", async (t) => {
  const lab = await WebLab.open(t);
  playEvents(lab);
  const all = Array.from({ length: 12 }, () => follow(t, lab, STREAM, SSE));
  await until("all are open", () => all.every((one) => one.text().includes("heartbeat")));
  const further = follow(t, lab, STREAM, SSE);
  await until("it is refused", () => further.status() === 503);
  all[0]?.outgoing.destroy();
  await until("there is room", async () => {
    const next = follow(t, lab, STREAM, SSE);
    await until("it is answered", () => next.status() !== 0);
    return next.status() === 200;
  });
});
