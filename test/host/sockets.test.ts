import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { JsonLines } from "../../src/host/json-lines.ts";
import { peerCredentials } from "../../src/host/peer-credentials.ts";
import { usableSocketPath } from "../../src/host/socket-path.ts";

for (const length of [10, 200]) {
  test(`a socket whose path is some ${length} bytes longer is reached, and its peer is known`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "solosafe-socket-"));
    const deep = join(folder, "x".repeat(length));
    mkdirSync(deep);
    const address = usableSocketPath(join(deep, "test.sock"));
    const accepted = Promise.withResolvers<Socket>();
    const server = createServer(accepted.resolve);
    await new Promise<void>((resolve) => server.listen(address.path, resolve));
    const other = usableSocketPath(join(deep, "test.sock"));
    const client = connect(other.path);
    const socket = await accepted.promise;
    assert.deepEqual(peerCredentials(socket), {
      pid: process.pid,
      uid: process.getuid?.(),
      gid: process.getgid?.(),
    });
    client.destroy();
    socket.destroy();
    assert.equal(peerCredentials(socket), null);
    await new Promise((resolve) => server.close(resolve));
    other.release();
    address.release();
    address.release();
    rmSync(folder, { recursive: true });
  });
}

test("lines of JSON are cut anywhere, and a long one is dropped whole", () => {
  const values: unknown[] = [];
  const faults: string[] = [];
  const lines = new JsonLines(
    20,
    (value) => values.push(value),
    (fault) => faults.push(fault),
  );
  const text = `{"a":1}\n\n[2]\n${"x".repeat(50)}\n{"b":"ü"}\nno json\n{"c":`;
  for (const byte of Buffer.from(text)) lines.push(Buffer.from([byte]));
  lines.push(Buffer.from("3}\n"));
  assert.deepEqual(values, [{ a: 1 }, [2], { b: "ü" }, { c: 3 }]);
  assert.deepEqual(faults, ["a line is longer than 20 bytes", "a line is not JSON"]);
});
