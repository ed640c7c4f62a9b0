/** The queue and the sender as a real process, against real mail servers. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { Authority } from "./certificates.ts";
import { answer, type Office, openOffice, openPretender, serverAt } from "./post-office.ts";
import { SenderLab, until } from "./sender-lab.ts";

const labs: SenderLab[] = [];
const offices: Office[] = [];

after(async () => {
  for (const lab of labs) lab.close();
  for (const office of offices) await office.close();
});

function makeLab(): SenderLab {
  const lab = new SenderLab();
  labs.push(lab);
  return lab;
}

async function office(...options: Parameters<typeof openOffice>): Promise<Office> {
  const opened = await openOffice(...options);
  offices.push(opened);
  return opened;
}

test("mails of both queues arrive whole, the urgent ones first, and are reported", async () => {
  const lab = makeLab();
  const { port, received } = await office();
  lab.prepare({ servers: [serverAt(port)] });
  const thread = "<root@shop.example.org>";
  lab.queue("later", { urgency: "information", thread });
  lab.queue("first", { urgency: "critical" });
  lab.queue("not-yet", { nextWall: Date.now() + 1_800_000 });
  lab.queue("memory", {}, lab.inMemory);
  assert.equal(await lab.send().ended, 0);
  const [memory, first, later, ...others] = received.map(({ text }) => text);
  assert.equal(others.length, 0);
  assert.match(memory ?? "", /^Subject: Subject of memory\r$/m);
  assert.match(first ?? "", /^Message-ID: <first@shop.example.org>\r$/m);
  assert.match(first ?? "", /^Auto-Submitted: auto-generated\r$/m);
  assert.match(first ?? "", /^From: solosafe@shop.example.org\r$/m);
  assert.match(
    first ?? "",
    /Content-Type: text\/plain[^]*Text of first[^]*Content-Type: text\/html/,
  );
  assert.doesNotMatch(first ?? "", /References/);
  assert.match(later ?? "", /^In-Reply-To: <root@shop.example.org>\r$/m);
  assert.match(later ?? "", /^References: <root@shop.example.org>\r$/m);
  assert.deepEqual(lab.list(), ["first.outcome", "later.outcome", "not-yet.mail"]);
  assert.deepEqual(lab.list(lab.inMemory), ["memory.outcome"]);
  assert.deepEqual(lab.outcome("first")?.attempts[0]?.taken, ["admin@example.org"]);
});

test("what no server takes waits, and goes to the server that lives", async () => {
  const lab = makeLab();
  const dead = await openOffice();
  await dead.close();
  lab.prepare({ servers: [serverAt(dead.port)] });
  lab.queue("one");
  lab.queue("two");
  assert.equal(await lab.send().ended, 0);
  const waiting = lab.waiting("one");
  assert.equal(waiting?.tries, 1);
  assert.ok((waiting?.nextWall ?? 0) > Date.now());
  assert.match(lab.outcome("one")?.attempts[0]?.faults[0]?.why ?? "", /nobody listens/);
  // Nothing is due yet: it leaves without a try.
  assert.equal(await lab.send().ended, 0);
  assert.equal(lab.waiting("one")?.tries, 1);
  const living = await office();
  lab.prepare({ servers: [serverAt(dead.port), serverAt(living.port)] });
  lab.queue("one", { ...waiting, nextWall: 0 });
  assert.equal(await lab.send().ended, 0);
  assert.equal(lab.waiting("one"), null);
  assert.match(living.received[0]?.text ?? "", /^Message-ID: <one@shop.example.org>\r$/m);
  assert.deepEqual(
    lab.outcome("one")?.attempts.map(({ taken }) => taken.length),
    [0, 1],
  );
});

test("who is refused for good is reported and not tried again, the others are", async () => {
  const lab = makeLab();
  const { port } = await office({
    onRcptTo: ({ address }, _session, callback) => {
      if (address.startsWith("gone")) callback(answer(550, "no such mailbox"));
      else callback(address.startsWith("busy") ? answer(451, "later") : null);
    },
  });
  lab.prepare({ servers: [serverAt(port)] });
  lab.queue("one", { to: ["gone@example.org", "busy@example.org", "fine@example.org"] });
  assert.equal(await lab.send().ended, 0);
  assert.deepEqual(lab.waiting("one")?.to, ["busy@example.org"]);
  const outcome = lab.outcome("one");
  assert.deepEqual(outcome?.refused, ["gone@example.org"]);
  assert.deepEqual(outcome?.attempts[0]?.taken, ["fine@example.org"]);
});

test("a sender that is killed in the middle loses nothing, and the repeat has the same id", async () => {
  const lab = makeLab();
  let isSilent = true;
  let begun = 0;
  const texts: string[] = [];
  const { port } = await office({
    onData: (stream, _session, callback) => {
      let text = "";
      begun += 1;
      stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
      stream.on("end", () => {
        texts.push(text);
        if (!isSilent) callback();
      });
    },
  });
  lab.prepare({ servers: [serverAt(port)] });
  lab.queue("one");
  const { child, ended } = lab.send();
  assert.ok(await until(() => begun > 0 && texts.length > 0));
  child.kill("SIGKILL");
  await ended;
  assert.ok(lab.waiting("one") !== null);
  isSilent = false;
  assert.equal(await lab.send().ended, 0);
  assert.equal(texts.length, 2);
  for (const text of texts) assert.match(text, /^Message-ID: <one@shop.example.org>\r$/m);
  assert.equal(lab.waiting("one"), null);
});

test("only one sender works at a time", async () => {
  const lab = makeLab();
  const silent = await openPretender(() => {});
  offices.push(silent);
  let connections = 0;
  const counting = await openPretender(() => (connections += 1));
  offices.push(counting);
  lab.prepare({ servers: [serverAt(counting.port, { timeoutMs: 50_000 })] });
  lab.queue("one");
  const first = lab.send();
  assert.ok(await until(() => connections === 1));
  assert.equal(await lab.send().ended, 0);
  assert.equal(connections, 1);
  first.child.kill("SIGKILL");
  await first.ended;
});

test("a password gets into no file, no argument and no report", async () => {
  const lab = makeLab();
  const secret = "Tr0ub4dor and 3";
  const place = join(lab.folder, "password");
  writeFileSync(place, secret, { mode: 0o600 });
  const certificates = join(lab.folder, "certificates");
  mkdirSync(certificates);
  const authority = new Authority(certificates);
  const asked: string[] = [];
  const { port } = await office({
    ...authority.sign("mail", "IP:127.0.0.1"),
    authOptional: false,
    onAuth: ({ password }, _session, callback) => {
      asked.push(password ?? "");
      callback(answer(535, `5.7.8 ${password} is wrong`));
    },
  });
  const login = { user: "shop", password: { file: place } };
  const server = serverAt(port, { security: "starttls", ca: authority.path, login });
  lab.prepare({ servers: [server] });
  lab.queue("one");
  const { child, ended } = lab.send();
  assert.doesNotMatch(child.spawnargs.join(" "), /Tr0ub4dor/);
  await ended;
  assert.deepEqual(asked, [secret]);
  assert.match(lab.outcome("one")?.attempts[0]?.faults[0]?.why ?? "", /535 5\.7\.8 … is wrong/);
  for (const folder of [lab.durable, lab.inMemory, lab.run]) {
    for (const name of lab.list(folder).filter((one) => one.includes("."))) {
      assert.doesNotMatch(readFileSync(join(folder, name), "utf8"), /Tr0ub4dor|VHIwdWI0/, name);
    }
  }
});

test("files that are no mails are set aside, and nothing else suffers", async () => {
  const lab = makeLab();
  const { port, received } = await office();
  lab.prepare({ servers: [serverAt(port)] });
  writeFileSync(join(lab.durable, "broken.mail"), '{"v":1,"id":');
  writeFileSync(join(lab.durable, "null.mail"), "null");
  writeFileSync(join(lab.durable, "newer.mail"), '{"v":99}');
  writeFileSync(join(lab.durable, "huge.mail"), "x".repeat(600 * 1024));
  mkdirSync(join(lab.durable, "folder"));
  lab.queue("good");
  assert.equal(await lab.send().ended, 0);
  assert.equal(received.length, 1);
  assert.deepEqual(
    lab.list().filter((name) => name.endsWith(".bad")),
    ["broken.mail.bad", "huge.mail.bad", "newer.mail.bad", "null.mail.bad"],
  );
});

test("the mail for a lost agent goes out although the disk's queue is gone", async () => {
  const lab = makeLab();
  const { port, received } = await office();
  lab.prepare({ servers: [serverAt(port)] });
  rmSync(lab.durable, { recursive: true });
  writeFileSync(lab.durable, "not a folder");
  assert.equal(await lab.send("--prepared").ended, 0);
  assert.match(received[0]?.text ?? "", /^Subject: The agent is lost\r$/m);
  assert.match(received[0]?.text ?? "", /^Message-ID: <lost-[a-z0-9]+@[^>]+>\r$/m);
  assert.deepEqual(received[0]?.to, ["admin@example.org"]);
});

test("who writes for a lost agent stays until somebody takes it", async () => {
  const lab = makeLab();
  const dead = await openOffice();
  await dead.close();
  lab.prepare({ servers: [serverAt(dead.port)] });
  const { child, ended } = lab.send("--prepared");
  assert.ok(await until(() => readdirSync(lab.durable).some((name) => name.endsWith(".mail"))));
  assert.equal(child.exitCode, null);
  // Its lock is free while it waits, so that the next sender can send it at once.
  const living = await office();
  lab.prepare({ servers: [serverAt(living.port)] });
  const [name = ""] = lab.list().filter((one) => one.endsWith(".mail"));
  const id = name.slice(0, -".mail".length);
  const mail = lab.waiting(id);
  assert.ok(mail);
  const isSent = async (): Promise<boolean> => {
    lab.queue(id, { ...mail, nextWall: 0 });
    await lab.send().ended;
    return living.received.length === 1;
  };
  for (let tries = 0; tries < 20 && !(await isSent()); tries += 1);
  assert.equal(living.received.length, 1);
  child.kill("SIGKILL");
  await ended;
});

test("without anything prepared it says so", async () => {
  const lab = makeLab();
  chmodSync(lab.run, 0o700);
  assert.equal(await lab.send().ended, 1);
});
