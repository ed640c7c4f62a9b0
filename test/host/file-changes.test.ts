import assert from "node:assert/strict";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FileChanges } from "../../src/host/file-changes.ts";
import { OnceATurn } from "../../src/host/once-a-turn.ts";

const folder = mkdtempSync(
  join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "solosafe-changes-"),
);
after(() => rmSync(folder, { recursive: true, force: true }));

const CHANGES: Readonly<Record<string, (path: string) => void>> = {
  "written over": (path) => writeFileSync(path, "2\n"),
  "given other times": (path) => utimesSync(path, 1000, 1000),
  renamed: (path) => renameSync(path, `${path}.old`),
  "replaced by renaming": (path) => {
    writeFileSync(`${path}.new`, "2\n");
    renameSync(`${path}.new`, path);
  },
  removed: (path) => rmSync(path),
};

for (const [what, change] of Object.entries(CHANGES)) {
  test(`an open file that is ${what} is told, once, and its neighbour is not`, (context) => {
    const changes = new FileChanges();
    const paths = ["one", "other"].map((name) => join(folder, name));
    for (const path of paths) writeFileSync(path, "1\n");
    const files = paths.map((path) => openSync(path, "r"));
    context.after(() => {
      changes.close();
      for (const file of files) closeSync(file);
    });
    const told: number[] = [];
    for (const file of files) assert.ok(changes.watch(file, () => told.push(file)));
    changes.look();
    assert.deepEqual(told, []);
    change(paths[0] ?? "");
    changes.look();
    assert.deepEqual(told, files.slice(0, 1));
    writeFileSync(paths[0] ?? "", "3\n");
    changes.look();
    assert.deepEqual(told, files.slice(0, 1));
  });
}

test("two who watch one file are both told; who has cancelled is not", (context) => {
  const changes = new FileChanges();
  const path = join(folder, "shared");
  writeFileSync(path, "1\n");
  const file = openSync(path, "r");
  context.after(() => {
    changes.close();
    closeSync(file);
  });
  const told: string[] = [];
  const watches = ["first", "second", "third"].map((name) =>
    changes.watch(file, () => told.push(name)),
  );
  watches[1]?.cancel();
  writeFileSync(path, "2\n");
  changes.look();
  assert.deepEqual(told, ["first", "third"]);
  // It is not watched any more, and may be again.
  assert.ok(changes.watch(file, () => told.push("again")));
  writeFileSync(path, "3\n");
  changes.look();
  assert.deepEqual(told, ["first", "third", "again"]);
});

test("what was asked serves all who ask in the same turn, and nobody later", async () => {
  const answers = new OnceATurn<number>();
  let asked = 0;
  const ask = (): number => {
    asked += 1;
    return asked;
  };
  assert.deepEqual([answers.answer("a", ask), answers.answer("a", ask)], [1, 1]);
  assert.equal(answers.answer("b", ask), 2);
  await Promise.resolve();
  assert.equal(answers.answer("a", ask), 3);
});
