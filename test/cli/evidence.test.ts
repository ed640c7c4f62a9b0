/** What `solosafe evidence` shows of real folders, with and without the agent. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { listKept, readKept } from "../../src/host/kept-evidence.ts";
import { cli, scratch } from "./run-cli.ts";
import { fakeAgent } from "./fake-agent.ts";

const NOON = new Date(2026, 0, 31, 12).getTime();
const SEEN = { incident: "20260131-1", taking: "1-shop_web", file: "output.txt" };

/** A state folder with three takings of two incidents; the last one was not finished. */
function kept(context: TestContext): string {
  const state = scratch(context);
  const put = (folder: string, files: Readonly<Record<string, string>>): string => {
    const path = join(state, "state/evidence", folder);
    mkdirSync(path, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
    return path;
  };
  const manifest = (resource: string, takenWall: number, isAlive: boolean): string =>
    JSON.stringify({
      v: 1,
      incident: "i",
      resource,
      takenWall,
      isAlive,
      files: [{ name: "output.txt", bytes: 5, isCut: true }],
    });
  put("20260131-1/1-shop_web", {
    "output.txt": "\u001b[31mthe last words\u0007\n\tof it\n",
    "server.txt": "x".repeat(3000),
    "manifest.json": manifest("shop/web", NOON, true),
  });
  put("20260131-1/2-shop_db", { "manifest.json": manifest("shop/db", NOON + 5000, false) });
  const cut = put("20260130-9/1-shop_app", { "server.txt": "begun\n" });
  utimesSync(cut, (NOON - 86_400_000) / 1000, (NOON - 86_400_000) / 1000);
  writeFileSync(join(state, "state/evidence/notes"), "somebody's own file");
  return state;
}

function typed(state: string, ...words: string[]) {
  return cli(["evidence", ...words], { environment: { SOLOSAFE_STATE: state }, width: 200 });
}

test("the list names incident, resource, time, size and how it was taken, the newest first", async (t) => {
  const { out, code } = await typed(kept(t));
  assert.equal(code, 0);
  assert.equal(
    out,
    [
      "incident    resource  taken                size",
      "20260131-1  shop/db   2026-01-31 12:00:05  0 KiB  after it had ended",
      "20260131-1  shop/web  2026-01-31 12:00:00  3 KiB  before it was stopped",
      "20260130-9  shop_app  2026-01-30 12:00:00  1 KiB  not finished",
      "`scripts/solosafe evidence INCIDENT` lists the files.",
    ].join("\n"),
  );
});

test("one incident is shown with its folders and files, and one file as text", async (t) => {
  const state = kept(t);
  const one = await typed(state, "20260131-1");
  assert.match(
    one.out,
    /^shop\/web, 2026-01-31 12:00:00, before it was stopped\nin .*1-shop_web\n/,
  );
  assert.match(one.out, /^ {2}1-shop_web\/output\.txt {2}1 KiB {2}cut$/m);
  assert.match(one.out, /\n\nshop\/db, /);
  const json = JSON.parse((await typed(state, "20260131-1", "--json")).out);
  assert.deepEqual(json.takings[1].files.map(({ name }: { name: string }) => name).toSorted(), [
    "output.txt",
    "server.txt",
  ]);
  const file = await typed(state, "20260131-1", "1-shop_web/output.txt");
  assert.equal(file.out, "\ufffd[31mthe last words\ufffd\n\tof it");
  const asJson = JSON.parse(
    (await typed(state, SEEN.incident, "1-shop_web/output.txt", "--json")).out,
  );
  assert.equal(asJson.isWhole, true);
});

test("what is not there is said, with where to look", async (t) => {
  const state = kept(t);
  const none = await typed(state, "20250101-1");
  assert.equal(none.code, 2);
  assert.match(none.err, /nothing is kept of incident `20250101-1`\n.*solosafe evidence` lists/);
  for (const path of ["1-shop_web/missing.txt", "1-shop_web", "../../state.json", "/etc/passwd"]) {
    const said = await typed(state, "20260131-1", path);
    assert.equal(said.code, 2, path);
    assert.match(said.err, /there is no file/, path);
  }
  const empty = await typed(scratch(t));
  assert.equal(empty.out, "No evidence is kept.");
});

test("no name leads out of the folder, and no link is followed", async (t) => {
  const root = join(kept(t), "state/evidence");
  symlinkSync("/etc/hostname", join(root, "20260131-1/1-shop_web/link.txt"));
  for (const wanted of [
    { ...SEEN, incident: ".." },
    { ...SEEN, incident: "20260131-1/1-shop_web" },
    { ...SEEN, taking: ".." },
    { ...SEEN, taking: "1-a/../../.." },
    { ...SEEN, file: "../../notes" },
    { ...SEEN, file: "link.txt" },
    { ...SEEN, file: "output.txt\0" },
  ]) {
    await assert.rejects(readKept(root, wanted, 0, 100), JSON.stringify(wanted));
  }
  assert.deepEqual((await listKept(root, "..")).takings, []);
});

test("a file is given in parts that end between letters", async (t) => {
  const root = join(kept(t), "state/evidence");
  const text = "aé日𝄞".repeat(40);
  writeFileSync(join(root, "20260131-1/1-shop_web/output.txt"), text);
  let all = "";
  let from: number | null = 0;
  while (from !== null) {
    const part: { text: string; next: number | null } = await readKept(root, SEEN, from, 7);
    assert.ok(part.next === null || part.next > from, "it goes on");
    all += part.text;
    from = part.next;
  }
  assert.equal(all, text);
});

test("where the folder may not be read the agent is asked, part by part", async (t) => {
  const state = scratch(t);
  const one = {
    incident: "20260131-1",
    name: "1-shop_web",
    folder: "/var/lib/solosafe/evidence/20260131-1/1-shop_web",
    resource: "shop/web",
    takenWall: NOON,
    isAlive: true,
    bytes: 10,
    files: [],
  };
  const seen = await fakeAgent(t, state, {
    evidence: () => ({ takings: [one], hasMore: true }),
    evidenceFile: ({ from }) => ({
      text: `part ${Number(from)}\n`,
      next: Number(from) < 2 ? Number(from) + 1 : null,
    }),
  });
  const denied = Promise.reject(Object.assign(new Error("EACCES"), { code: "EACCES" }));
  denied.catch(() => {});
  const options = {
    environment: { SOLOSAFE_STATE: state },
    width: 200,
    keptEvidence: { list: () => denied, read: () => denied },
  };
  const list = await cli(["evidence"], options);
  assert.match(list.out, /20260131-1 {2}shop\/web .*\nOlder ones are kept too\.\n/);
  const file = await cli(["evidence", "20260131-1", "1-shop_web/output.txt"], options);
  assert.equal(file.out, "part 0\npart 1\npart 2");
  assert.deepEqual(
    seen.slice(1).map(({ request }) => request["from"]),
    ["0", "1", "2"],
  );
});
