import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { cli, type Said } from "./run-cli.ts";

const SECRET = "hunter2";
const DAY_S = 24 * 3600;

class LogLab {
  readonly folder: string;
  readonly archive: string;

  constructor(t: TestContext) {
    this.folder = mkdtempSync(join(tmpdir(), "solosafe logs-"));
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
    this.archive = join(this.folder, "out.tar.gz");
    for (const name of ["app", "state/history"]) {
      mkdirSync(join(this.folder, name), { recursive: true });
    }
    this.write("solosafe.yaml", this.configuration());
  }

  write(name: string, content: string | Buffer): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  configuration(): string {
    const files = ["*.log", "*.gz", "*.old", "fifo"].map((one) => join(this.folder, "app", one));
    return `monitors:
  page: { type: message }
logs:
  shop:
    files: ${JSON.stringify(files)}
    command: [sh, -c, "echo 'now --password ${SECRET} --port 80'; exit 3"]
  slow:
    command: [sh, -c, "echo begun; sleep 600"]
    timeout: 1s
`;
  }

  collect(...words: readonly string[]): Promise<Said> {
    const typed = ["logs", "collect", "--json", "--output", this.archive, ...words];
    return cli(typed, { environment: { SOLOSAFE_STATE: this.folder } });
  }

  names(): readonly string[] {
    const list = execFileSync("tar", ["-tzf", this.archive], { encoding: "utf8" });
    return list.split("\n").filter((name) => name !== "");
  }

  text(name: string): string {
    const limits = { encoding: "utf8", maxBuffer: 16 * 1024 * 1024 } as const;
    return execFileSync("tar", ["-xzOf", this.archive, name], limits);
  }

  /** Where a file of the applications is in the archive. */
  app(name: string): string {
    return `logs/shop${join(this.folder, "app", name)}`;
  }
}

function manifestOf(said: Said): {
  files: { path: string; sha256: string; isCut: boolean; fault?: string }[];
  leftOut: { source: string; why: string }[];
} {
  return JSON.parse(said.out);
}

test("everything is collected, and no planted secret with it", async (t) => {
  const lab = new LogLab(t);
  lab.write("app/web.log", `GET /?token=${SECRET}\nCookie: a=${SECRET}\nstarted\n`);
  lab.write("app/web.1.gz", gzipSync(`postgres://a:${SECRET}@db/shop is away\n`));
  lab.write("app/core.log", Buffer.from([0, 1, 2, 3]));
  lab.write("state/history/000000000001.jsonl", `{"seq":1,"fields":{"password":"${SECRET}"}}\n`);
  lab.write("outside", `${SECRET} is outside\n`);
  symlinkSync(join(lab.folder, "outside"), join(lab.folder, "app/link.log"));
  execFileSync("mkfifo", [join(lab.folder, "app/fifo")]);

  const said = await lab.collect("--pattern", "solosafe,system,shop");
  assert.equal(said.code, 0, said.err + said.out);
  assert.equal(statSync(lab.archive).mode & 0o777, 0o600);
  const { files, leftOut } = manifestOf(said);
  assert.deepEqual([...files.map(({ path }) => path), "manifest.json"], lab.names());
  for (const { path, sha256 } of files) {
    const text = lab.text(path);
    assert.doesNotMatch(text, new RegExp(SECRET), path);
    assert.equal(createHash("sha256").update(text).digest("hex"), sha256, path);
  }
  assert.match(lab.text("solosafe/solosafe.yaml"), /page: \{ type: message \}/);
  assert.match(lab.text(lab.app("web.log")), /token=\[removed\]\nCookie: \[removed\]\nstarted/);
  assert.match(lab.text(lab.app("web.1")), /postgres:\/\/\[removed\]@db\/shop is away/);
  assert.match(lab.text("logs/shop/output.txt"), /now --password \[removed\] --port 80/);
  assert.equal(
    files.find(({ path }) => path.endsWith("output.txt"))?.fault,
    "it ended with code 3",
  );
  assert.match(lab.text("system/facts.json"), /"operatingSystem": \{/);
  const why = (name: string): string =>
    leftOut.find(({ source }) => source.endsWith(name))?.why ?? "nothing was said";
  assert.match(why("core.log"), /it is not text/);
  assert.equal(why("link.log"), "it is a link");
  assert.equal(why("fifo"), "it is not a file");
  assert.equal(why("*.old"), "it is not there");
  assert.equal(why("status"), "the agent is not running");
  assert.doesNotMatch(said.out + lab.text("manifest.json"), new RegExp(SECRET));
});

test("long files give their end, old ones nothing, and a program that hangs is ended", async (t) => {
  const lab = new LogLab(t);
  const long = lab.write("app/long.log", "");
  const line = `${"123456789 ".repeat(102)}\n`;
  appendFileSync(long, line.repeat(6 * 1024));
  appendFileSync(long, "the end\n");
  const old = lab.write("app/old.log", "old\n");
  const before = Date.now() / 1000 - 30 * DAY_S;
  utimesSync(old, before, before);

  const said = await lab.collect("--pattern", "shop,slow");
  assert.equal(said.code, 0, said.err + said.out);
  const { files, leftOut } = manifestOf(said);
  const slow = [...files.map(({ fault }) => fault ?? ""), ...leftOut.map(({ why }) => why)];
  assert.ok(slow.includes("it did not end within 1 s"), slow.join());
  assert.deepEqual(
    files
      .filter(({ path }) => !path.startsWith("logs/slow"))
      .map(({ path, isCut, fault }) => [path, isCut, fault ?? ""]),
    [
      [lab.app("long.log"), true, ""],
      ["logs/shop/output.txt", false, "it ended with code 3"],
    ],
  );
  const text = lab.text(lab.app("long.log"));
  assert.ok(text.startsWith(line), text.slice(0, 100));
  assert.ok(text.endsWith("\nthe end\n"), text.slice(-100));
  const all = await cli(
    [
      "logs",
      "collect",
      "--json",
      "--since",
      "90d",
      "--pattern",
      "shop",
      "--output",
      `${lab.archive}2`,
    ],
    { environment: { SOLOSAFE_STATE: lab.folder } },
  );
  assert.ok(manifestOf(all).files.some(({ path }) => path === lab.app("old.log")));
});

test("without a valid configuration the rest is collected", async (t) => {
  const lab = new LogLab(t);
  lab.write("solosafe.yaml", `monitors: [\ntoken: ${SECRET}\n`);
  const said = await lab.collect("--pattern", "solosafe");
  assert.equal(said.code, 0, said.err + said.out);
  assert.match(said.out, /"configuration": "it is not valid/);
  assert.equal(lab.text("solosafe/solosafe.yaml"), "monitors: [\ntoken: [removed]\n");
});

test("a file that is there is not written over, and nothing is left of what was interrupted", async (t) => {
  const lab = new LogLab(t);
  writeFileSync(lab.archive, "mine");
  const said = await lab.collect("--pattern", "shop");
  assert.equal(said.code, 5);
  assert.match(said.out, /it is there already/);
  assert.equal(readFileSync(lab.archive, "utf8"), "mine");

  const other = `${lab.archive}2`;
  const typed = ["logs", "collect", "--output", other, "--pattern", "slow"];
  const environment = { SOLOSAFE_STATE: lab.folder };
  const cut = await cli(typed, { environment, onReady: (press) => setImmediate(press) });
  assert.equal(cut.code, 5, cut.out);
  assert.match(cut.err, /it was interrupted/);
  assert.equal(existsSync(other), false);
});

test("what cannot be asked for is said", async () => {
  for (const [words, said] of [
    [["send"], /there is no `logs send`/],
    [["collect", "--since", "soon"], /a time cannot be read/],
    [["collect", "--pattern", "jurnal"], /Did you mean `journal`/],
  ] as const) {
    const answer = await cli(["logs", ...words], { environment: { SOLOSAFE_STATE: "/nowhere" } });
    assert.equal(answer.code, 2, words.join(" "));
    assert.match(answer.err, said);
  }
});
