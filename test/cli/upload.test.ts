/** An archive of logs is sent: asked for first, to a real web server and to a real sshd. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import { Authority } from "../mail/certificates.ts";
import { cli, type RunOptions, type Said } from "./run-cli.ts";
import { freePort, openOffice, openSsh, sshIsMissing } from "./upload-lab.ts";

const shared = mkdtempSync(join(tmpdir(), "solosafe-authority-"));
after(() => rmSync(shared, { recursive: true, force: true }));
const authority = new Authority(shared);
const good = authority.sign("good", "IP:127.0.0.1");
const TOKEN = "tok-4711";

/** A folder with a configuration whose archives go somewhere. */
class Lab {
  readonly folder: string;
  readonly archive: string;

  constructor(t: TestContext, upload: string) {
    this.folder = mkdtempSync(join(tmpdir(), "solosafe upload-"));
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
    this.archive = join(this.folder, "a b [1]%h.tar.gz");
    writeFileSync(join(this.folder, "token"), `${TOKEN}\n`);
    this.configure(upload);
  }

  configure(upload: string): void {
    const own = upload.replaceAll("FOLDER", this.folder);
    writeFileSync(
      join(this.folder, "solosafe.yaml"),
      `monitors: { page: { type: message } }\nlogs:\n  shop: { command: [echo, hello] }\n${own}`,
    );
  }

  run(words: readonly string[], options: RunOptions = {}): Promise<Said> {
    const environment = {
      SOLOSAFE_STATE: this.folder,
      SOLOSAFE_CONFIG: join(this.folder, "solosafe.yaml"),
    };
    return cli(words, { environment, ...options });
  }

  /** `logs collect` of a little, with `--upload` and more. */
  collect(words: readonly string[] = [], options: RunOptions = {}): Promise<Said> {
    const own = ["logs", "collect", "--pattern", "shop", "--output", this.archive, "--upload"];
    return this.run([...own, ...words], options);
  }
}

function https(port: number, more = ""): string {
  return `  upload: { to: "https://127.0.0.1:${port}/in/", ca: "${authority.path}"${more} }\n`;
}

function hash(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

test("by https: asked with size and destination, sent with its token, name and every byte", async (t) => {
  const office = await openOffice(good, (_got, response) => response.end("taken"));
  t.after(() => office.close());
  const lab = new Lab(t, https(office.port, ', token: { file: "FOLDER/token" }'));
  const said = await lab.collect([], { said: "y", isTerminal: true });
  assert.equal(said.code, 0, said.out + said.err);
  assert.match(said.err, /Send \d+ KiB to https:\/\/127\.0\.0\.1:\d+\/in\/\? \[y\/N\] /);
  assert.match(said.err, /^\d+ KiB of \d+ KiB$/m);
  assert.match(said.out, /\d+ KiB were sent to https:\/\/127\.0\.0\.1/);
  const [got] = office.got;
  assert.deepEqual([got?.method, got?.url], ["PUT", "/in/a%20b%20%5B1%5D%25h.tar.gz"]);
  assert.equal(got?.headers.authorization, `Bearer ${TOKEN}`);
  assert.equal(hash(got?.body ?? Buffer.alloc(0)), hash(readFileSync(lab.archive)));
});

test("by POST, with --yes and --json: one document, and nobody is asked", async (t) => {
  const office = await openOffice(good, (_got, response) => response.writeHead(201).end());
  t.after(() => office.close());
  const lab = new Lab(t, https(office.port, ", method: POST"));
  const said = await lab.collect(["--yes", "--json"]);
  assert.equal(said.code, 0, said.out + said.err);
  const told: { file: string; upload: { to: string; bytes: number } } = JSON.parse(said.out);
  assert.equal(told.upload.bytes, readFileSync(lab.archive).length);
  assert.equal(office.got[0]?.method, "POST");
  assert.equal(office.got[0]?.headers.authorization, undefined);
});

test("never without a yes: no answer, another answer, no terminal, JSON", async (t) => {
  const office = await openOffice(good, (_got, response) => response.end());
  t.after(() => office.close());
  const lab = new Lab(t, https(office.port));
  for (const options of [{ said: "" }, { said: "n" }, {}] as const) {
    const said = await lab.collect([], options);
    assert.equal(said.code, 4, said.out);
    assert.match(said.err, /nothing was sent/);
    assert.match(said.err, /kept as/);
    assert.ok(existsSync(lab.archive));
    rmSync(lab.archive);
  }
  const json = await lab.collect(["--json"]);
  assert.equal(json.code, 4);
  assert.equal(JSON.parse(json.out).error.code, "logs/not-confirmed");
  assert.ok(!existsSync(lab.archive), "nothing is collected in vain");
  assert.deepEqual(office.got, []);
});

test("who looks at the token first is not sent a byte; the archive is kept and sent later", async (t) => {
  let isOpen = false;
  const office = await openOffice(
    good,
    (_got, response) => response.end(),
    (response) => {
      if (isOpen) response.writeContinue();
      const type = { "content-type": "text/plain", connection: "close" };
      if (!isOpen) response.writeHead(401, type).end("who\nare you?");
      else response.end();
    },
  );
  t.after(() => office.close());
  const lab = new Lab(t, https(office.port));
  const said = await lab.collect(["--yes"]);
  assert.equal(said.code, 5, said.out);
  assert.match(said.err, /the server answered 401: who are you\?/);
  assert.match(said.err, /logs\.upload\.token/);
  assert.match(said.err, /solosafe logs upload /);
  assert.deepEqual(office.got, []);
  isOpen = true;
  const again = await lab.run(["logs", "upload", lab.archive, "--yes", "--json"]);
  assert.equal(again.code, 0, again.err + again.out);
  assert.equal(JSON.parse(again.out).upload.bytes, readFileSync(lab.archive).length);
});

for (const [name, status, words] of [
  ["too large", 413, /answered 413.*Collect less/s],
  ["elsewhere", 307, /said to be at https:\/\/other\.example/],
  ["broken", 500, /answered 500/],
] as const) {
  test(`an answer that means ${name} is told`, async (t) => {
    const office = await openOffice(good, (_got, response) =>
      response.writeHead(status, { location: "https://other.example/" }).end("<html>"),
    );
    t.after(() => office.close());
    const said = await new Lab(t, https(office.port)).collect(["--yes"]);
    assert.equal(said.code, 5, said.out);
    assert.match(said.err, words);
  });
}

for (const [name, identity, withCa] of [
  ["of an authority that nobody trusts", good, false],
  ["that has expired", authority.sign("old", "IP:127.0.0.1", -1), true],
  ["of another server", authority.sign("other", "DNS:other.example"), true],
] as const) {
  test(`a certificate ${name}: nothing is sent`, async (t) => {
    const office = await openOffice(identity, (_got, response) => response.end());
    t.after(() => office.close());
    const untrusted = new Authority(mkdtempSync(join(shared, "x-"))).path;
    const upload = https(office.port);
    const lab = new Lab(t, withCa ? upload : upload.replace(authority.path, untrusted));
    const said = await lab.collect(["--yes"]);
    assert.equal(said.code, 5, said.out);
    assert.match(said.err, /certificate|altnames/i);
    assert.match(said.err, /logs\.upload\.ca/);
    assert.deepEqual(office.got, []);
  });
}

test("nobody listens, no token, no destination, no configuration: each says what to do", async (t) => {
  const lab = new Lab(t, https(await freePort()));
  const dead = await lab.collect(["--yes"]);
  assert.equal(dead.code, 5);
  assert.match(dead.err, /ECONNREFUSED/);
  rmSync(lab.archive);
  lab.configure(https(1, ', token: { file: "FOLDER/none" }'));
  assert.match((await lab.collect(["--yes"])).err, /the token cannot be read/);
  rmSync(lab.archive);
  lab.configure("");
  const none = await lab.collect(["--yes"]);
  assert.equal(none.code, 4);
  assert.match(none.err, /no destination is configured/);
  lab.configure("  upload: 7\n");
  const own = ["--pattern", "solosafe", "--output", lab.archive];
  const wrong = await lab.run(["logs", "collect", ...own, "--upload", "--yes"]);
  assert.equal(wrong.code, 1, wrong.err);
  assert.ok(!existsSync(lab.archive));
  lab.configure(https(1));
  const nothing = await lab.run(["logs", "upload", join(lab.folder, "none.tar.gz"), "--yes"]);
  assert.equal(nothing.code, 5);
  assert.match(nothing.err, /it is not there/);
  assert.equal((await lab.run(["logs", "upload"])).code, 2);
});

test("by sftp: every byte arrives under its name, and nothing else", {
  skip: sshIsMissing(),
}, async (t) => {
  const lab = new Lab(t, "");
  const home = mkdtempSync(join(tmpdir(), "solosafe ssh "));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const host = await openSsh(home);
  t.after(() => host.close());
  const folder = encodeURI(`${host.inbox}/`);
  const to = `sftp://${host.user}@127.0.0.1:${host.port}${folder}`;
  const upload = (known: string): string =>
    `  upload: { to: "${to}", key: "${host.key}", known-hosts: "${known}" }\n`;
  lab.configure(upload(host.knownHosts));
  const said = await lab.collect(["--yes"]);
  assert.equal(said.code, 0, said.out + said.err);
  assert.deepEqual(readdirSync(host.inbox), ["a b [1]%h.tar.gz"]);
  const arrived = readFileSync(join(host.inbox, "a b [1]%h.tar.gz"));
  assert.equal(hash(arrived), hash(readFileSync(lab.archive)));
  // Whoever else answers there is not talked to.
  const other = readFileSync(`${host.key}.pub`, "utf8").split(" ");
  const wrong = join(lab.folder, "wrong hosts");
  writeFileSync(wrong, `[127.0.0.1]:${host.port} ${other[0]} ${other[1]}\n`);
  for (const known of [wrong, join(lab.folder, "none")]) {
    lab.configure(upload(known));
    const refused = await lab.run(["logs", "upload", lab.archive, "--yes"]);
    assert.equal(refused.code, 5, refused.out);
    assert.match(refused.err, /ssh-keyscan -p \d+ 127\.0\.0\.1/);
  }
  lab.configure(upload(host.knownHosts).replace(folder, "/none/"));
  const lost = await lab.run(["logs", "upload", lab.archive, "--yes"]);
  assert.equal(lost.code, 5);
  assert.match(lost.err, /the folder of `logs\.upload\.to`/);
  assert.equal(readdirSync(host.inbox).length, 1);
});

test("where the program sftp is missing it is said what to install", async (t) => {
  const lab = new Lab(t, '  upload: { to: "sftp://a@127.0.0.1/in" }\n');
  const path = process.env["PATH"];
  writeFileSync(lab.archive, "x");
  process.env["PATH"] = lab.folder;
  t.after(() => (process.env["PATH"] = path));
  const said = await lab.run(["logs", "upload", lab.archive, "--yes"]);
  assert.equal(said.code, 5);
  assert.match(said.err, /`sftp` is not there/);
  assert.match(said.err, /apt install openssh-client/);
});
