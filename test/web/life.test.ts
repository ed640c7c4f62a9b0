/** Its life: started by a connection, ended when nobody is there, and what it does to the agent. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { connect, createServer, type Socket } from "node:net";
import test from "node:test";
import { askWeb, environment, MAIN, sendRaw, SETTINGS, until, WebLab } from "./web-lab.ts";

/**
 * Holds the socket as systemd does, starts the web program with it once for each line that it reads,
 * and says how that ended. The pid is that of the very process that gets the socket.
 */
const HOLDER = `while read -r _; do
  sh -c 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@"' "$@"
  echo "ended $?"
done`;

test("it takes the socket that is handed over, ends when nobody is there, and comes back", async (t) => {
  const lab = new WebLab();
  t.after(async () => await lab.close());
  lab.agent.settings = { ...SETTINGS, idleMs: 300 };
  await lab.agent.start();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const fd = Number(Reflect.get(Object(Reflect.get(server, "_handle")), "fd"));
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const words = ["-c", HOLDER, "sh", process.execPath, ...lab.words()];
  const holder = spawn("sh", words, { stdio: ["pipe", "pipe", "pipe", fd], env: environment() });
  // The holder has it now; here nobody takes what comes.
  await new Promise<void>((resolve) => server.close(() => resolve()));
  lab.follow(holder);
  const get = "GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";
  const turns = (): number => lab.output.match(/ended 0/g)?.length ?? 0;
  for (let turn = 1; turn <= 2; turn += 1) {
    // It waits in the socket's queue for the program that is still to be started.
    const answer = sendRaw(port, get);
    holder.stdin?.write("\n");
    assert.match(await answer, /"agent":"ok"/);
    await until("it has ended because nobody is there", () => turns() === turn);
  }
  const [told] = lab.agent.reports.slice(-1) as { addresses: string[]; fault: null }[];
  assert.deepEqual(told?.addresses, [`http://127.0.0.1:${port}`]);
  assert.equal(told?.fault, null);
  holder.stdin?.end();
  await lab.ended();
});

test("a port that is taken is told, and taken when it is free", async (t) => {
  const lab = new WebLab();
  t.after(async () => await lab.close());
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  lab.agent.settings = { ...SETTINGS, port };
  await lab.agent.start();
  lab.follow(spawn(process.execPath, lab.words(), { env: environment() }));
  await lab.ready();
  assert.match(lab.output, /EADDRINUSE/);
  const [told] = lab.agent.reports.slice(-1) as { fault: string }[];
  assert.match(told?.fault ?? "", new RegExp(`port ${port}`));
  await new Promise<void>((resolve) => other.close(() => resolve()));
  await until("it listens", () => lab.output.includes(`page http://127.0.0.1:${port}`));
  await until("it is told", () => {
    const [now] = lab.agent.reports.slice(-1) as { fault: string | null }[];
    return now?.fault === null;
  });
});

test("it starts without an agent, with what that said last", async (t) => {
  const lab = await WebLab.open(t, ({ agent }) => {
    agent.settings = { ...SETTINGS, title: "Osaka" };
  });
  await until("the settings are there", async () => {
    return (await lab.ask("/health")).json()["title"] === "Osaka";
  });
  lab.child?.kill("SIGTERM");
  assert.equal(await lab.ended(), 0);
  await lab.agent.stop();
  await lab.startWeb();
  const health = (await lab.ask("/health")).json();
  assert.deepEqual([health["agent"], health["title"]], ["not-running", "Osaka"]);
  const headers = { authorization: "Bearer token-of-a-script" };
  const reply = await lab.ask("/v1/status", { headers });
  assert.equal(reply.status, 503);
  assert.match(reply.headers["content-type"] ?? "", /json/);
  assert.match(reply.text, /the agent is not running/);
});

test("a thousand connections and a flood of questions: the agent sees few", async (t) => {
  const lab = await WebLab.open(t);
  let asked = 0;
  lab.agent.answer = async () => {
    asked += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { status: 200, body: {} };
  };
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  const text =
    "GET /v1/status HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer token-of-a-script\r\n\r\n";
  let answers = 0;
  for (let at = 0; at < 1000; at += 1) {
    const socket = connect(lab.port, "127.0.0.1", () => {
      // Half of them ask and ask again, the others only stay.
      if (at % 2 === 0) socket.write(text.repeat(3));
    });
    socket.on("data", () => {
      answers += 1;
    });
    socket.on("error", () => {});
    sockets.push(socket);
  }
  await until("some are answered", () => answers > 100 && asked > 50);
  // Six at a time; those that have just ended may still be counted.
  assert.ok(lab.agent.openMax <= 40, `${lab.agent.openMax} connections at a time`);
  for (const socket of sockets) socket.destroy();
  const headers = { authorization: "Bearer token-of-a-script" };
  await until("people are answered again", async () => {
    const reply = await askWeb(lab.port, "/v1/status", { headers }).catch(() => null);
    return reply?.status === 200;
  });
});

test("an agent that hangs holds up only those who asked it", async (t) => {
  const lab = await WebLab.open(t);
  const { promise: never } = Promise.withResolvers<never>();
  lab.agent.answer = ({ url }) =>
    url.startsWith("/v1/session") ? { status: 200, body: { secret: "abcdefghijkl" } } : never;
  const headers = { authorization: "Bearer token-of-a-script" };
  const waiting = Array.from({ length: 6 }, () =>
    lab.ask("/v1/status", { headers }).catch(() => null),
  );
  await until("all are with the agent", () => lab.agent.heard.length === 6);
  const own = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
  assert.equal((await lab.ask("/v1/session/begin", own)).status, 200, "another lane is free");
  assert.equal((await lab.ask("/")).status, 200);
  lab.child?.kill("SIGKILL");
  await Promise.all(waiting);
});

test("words that it does not know", async () => {
  for (const words of [[], ["--port", "x", "--run", "/a", "--state", "/b"], ["--what"]]) {
    const child = spawn(process.execPath, [MAIN, ...words], { env: environment() });
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    assert.equal(code, 2, words.join(" "));
  }
});
