/** What the web program answers by itself: the page, and no to all that is not for it. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { gunzipSync, brotliDecompressSync } from "node:zlib";
import { BODY_MAX, CONFIG_BODY_MAX } from "../../src/api/route.ts";
import { packedFor, readPage } from "../../src/web/page-files.ts";
import { WebLab } from "./web-lab.ts";

const BEARER = { authorization: "Bearer token-of-a-script" };
const POST = { ...BEARER, "content-type": "application/json" };

function buildPage(lab: WebLab): string {
  const page = join(lab.folder, "page");
  mkdirSync(join(page, "parts"), { recursive: true });
  writeFileSync(join(page, "page.html"), `<!doctype html>${"<p>x</p>".repeat(200)}`);
  writeFileSync(join(page, "page.js"), "export {};\n".repeat(100));
  writeFileSync(join(page, "parts", "icon.svg"), "<svg/>");
  writeFileSync(join(page, "page.js.map"), "{}");
  symlinkSync("/etc/passwd", join(lab.folder, "passwd.txt"));
  return page;
}

test("the page lives in memory, packed once, and is not sent twice", async (t) => {
  const lab = new WebLab();
  t.after(async () => await lab.close());
  const page = buildPage(lab);
  await lab.agent.start();
  await lab.startWeb("--page", page);
  rmSync(page, { recursive: true });
  const start = await lab.ask("/");
  assert.equal(start.status, 200);
  assert.equal(start.headers["content-type"], "text/html; charset=utf-8");
  assert.match(start.text, /^<!doctype html>/);
  assert.equal((await lab.ask("/parts/icon.svg")).headers["content-type"], "image/svg+xml");
  for (const encoding of ["gzip", "br"]) {
    const headers = { "accept-encoding": encoding };
    const packed = await lab.ask("/page.js", { headers });
    assert.equal(packed.headers["content-encoding"], encoding);
    assert.ok(Number(packed.headers["content-length"]) < 200, encoding);
  }
  const etag = start.headers.etag ?? "";
  const again = await lab.ask("/", { headers: { "if-none-match": `"other", W/${etag}` } });
  assert.equal(again.status, 304);
  assert.equal(again.text, "");
  const head = await lab.ask("/", { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(head.headers.etag, etag);
});

test("how a file is packed for whom", (t) => {
  const lab = new WebLab();
  t.after(async () => await lab.close());
  const files = readPage(buildPage(lab));
  assert.deepEqual([...files.keys()].sort(), ["/", "/page.html", "/page.js", "/parts/icon.svg"]);
  const script = files.get("/page.js");
  assert.ok(script);
  const { gzip, brotli, plain } = script;
  assert.ok(gzip && gunzipSync(gzip).equals(plain));
  assert.ok(brotli && brotliDecompressSync(brotli).equals(plain));
  for (const [accepted, encoding] of [
    ["gzip, deflate, br, zstd", "br"],
    ["gzip", "gzip"],
    ["br;q=0, gzip;q=0.5", "gzip"],
    ["br;q=0.0,gzip;q=0", null],
    ["xbr, gzipped", null],
    ["", null],
  ] as const) {
    assert.equal(packedFor(script, accepted).encoding, encoding, accepted);
  }
});

test("nothing but the page's own files is read", async (t) => {
  const lab = new WebLab();
  t.after(async () => await lab.close());
  const page = buildPage(lab);
  await lab.agent.start();
  await lab.startWeb("--page", page);
  for (const path of [
    "/passwd.txt",
    "/../passwd.txt",
    "/..%2fpasswd.txt",
    "/%2e%2e/passwd.txt",
    "/parts/../../passwd.txt",
    "/..\\passwd.txt",
    "//etc/passwd",
    "/page.js%00.html",
    "/page.js.map",
    "/parts",
    "/parts/",
    "/v1",
    "/v1/none",
    "/v1/status/",
    "/%",
    "/__proto__",
    "/constructor",
  ]) {
    const answer = await lab.sendRaw(
      `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: ${BEARER.authorization}\r\nconnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 40[04] /, path);
    assert.doesNotMatch(answer, /root:/, path);
  }
  assert.equal(lab.agent.heard.length, 0);
});

test("every answer says what may be done with it", async (t) => {
  const lab = await WebLab.open(t);
  lab.agent.stream = (_heard, write) => write({ type: "heartbeat", lastEvent: 1 });
  const get = (path: string): string =>
    `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: ${BEARER.authorization}\r\nconnection: close\r\n\r\n`;
  for (const path of ["/", "/health", "/openapi.json", "/v1/status", "/v1/none", "/%"]) {
    const answer = await lab.sendRaw(get(path));
    const policy = /content-security-policy: (.*)/.exec(answer)?.[1] ?? "";
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/, path);
    assert.doesNotMatch(policy, /unsafe|http|\*/, path);
    assert.match(policy, /frame-ancestors 'none'/, path);
    for (const line of ["nosniff", "x-frame-options: DENY", "referrer-policy: no-referrer"]) {
      assert.ok(answer.includes(line), `${path}: ${line}`);
    }
    assert.doesNotMatch(answer, /access-control-allow|x-powered-by|^server:/im, path);
  }
});

test("another name for this server is another server", async (t) => {
  const lab = await WebLab.open(t);
  for (const host of ["evil.example", "127.0.0.1.evil.example", "a b", "localhost@evil", ""]) {
    const answer = await lab.sendRaw(
      `GET /v1/status HTTP/1.1\r\nhost: ${host}\r\nauthorization: ${BEARER.authorization}\r\nconnection: close\r\n\r\n`,
    );
    assert.match(answer, /^HTTP\/1\.1 (?:421|400) /, host);
  }
  assert.equal(lab.agent.heard.length, 0);
  const local = await lab.ask("/v1/status", { headers: { ...BEARER, host: "localhost:1234" } });
  assert.equal(local.status, 200);
});

test("behind a proxy everybody would be on this server", async (t) => {
  const lab = await WebLab.open(t);
  for (const name of ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"]) {
    const { status } = await lab.ask("/v1/status", { headers: { ...BEARER, [name]: "1.1 x" } });
    assert.equal(status, 421, name);
  }
  assert.equal(lab.agent.heard.length, 0);
});

test("bodies that are too long, of another kind, or no JSON", async (t) => {
  const lab = await WebLab.open(t);
  const status = async (path: string, headers: Record<string, string>, body: string) =>
    (await lab.ask(path, { method: "POST", headers, body })).status;
  // Refused by what is announced; who goes on sending may find the connection closed.
  const announced = async (path: string, length: number): Promise<string> =>
    await lab.sendRaw(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: ${BEARER.authorization}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n`,
    );
  assert.match(await announced("/v1/stop", BODY_MAX + 1), /^HTTP\/1\.1 413 /);
  const long = `"${"x".repeat(CONFIG_BODY_MAX - 1000)}"`;
  assert.equal(await status("/v1/config/plan", POST, long), 200);
  assert.equal(lab.agent.heard.at(-1)?.body.length, long.length);
  assert.match(await announced("/v1/config/plan", CONFIG_BODY_MAX + 1), /^HTTP\/1\.1 413 /);
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
    assert.equal(await status("/v1/stop", { ...BEARER, "content-type": type }, "a=1"), 415, type);
  }
  const before = lab.agent.heard.length;
  // What is no JSON is the agent's to refuse: it has the words for it.
  assert.equal(await status("/v1/stop", POST, '{"a":'), 200);
  assert.equal(lab.agent.heard.at(before)?.body, '{"a":');
  assert.equal(await status("/v1/stop", POST, ""), 200);
  assert.equal(lab.agent.heard.at(-1)?.body, "{}");
});

test("requests that no browser sends", async (t) => {
  const lab = await WebLab.open(t);
  const head = `host: 127.0.0.1\r\nauthorization: ${BEARER.authorization}`;
  for (const [what, text, expected] of [
    [
      "two lengths",
      `POST /v1/stop HTTP/1.1\r\n${head}\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
      /^HTTP\/1\.1 400 /,
    ],
    [
      "both lengths",
      `POST /v1/stop HTTP/1.1\r\n${head}\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`,
      /^HTTP\/1\.1 400 /,
    ],
    [
      "a line feed in a header",
      `GET /v1/status HTTP/1.1\r\n${head}\r\nx-a: b\n x-solosafe-client: 1\r\n\r\n`,
      /^HTTP\/1\.1 400 /,
    ],
    [
      "a long header",
      `GET / HTTP/1.1\r\n${head}\r\nx-a: ${"a".repeat(20_000)}\r\n\r\n`,
      /^HTTP\/1\.1 431 /,
    ],
    [
      "a long address",
      `GET /v1/status?${"a".repeat(5000)} HTTP/1.1\r\n${head}\r\nconnection: close\r\n\r\n`,
      /^HTTP\/1\.1 414 /,
    ],
    ["no HTTP", "hello\r\n\r\n", /^HTTP\/1\.1 400 /],
    [
      "another method",
      `DELETE /v1/status HTTP/1.1\r\n${head}\r\nconnection: close\r\n\r\n`,
      /^HTTP\/1\.1 404 /,
    ],
    [
      "a question as a change",
      `POST /v1/status HTTP/1.1\r\n${head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
      /^HTTP\/1\.1 404 /,
    ],
    ["no host", "GET / HTTP/1.1\r\nconnection: close\r\n\r\n", /^HTTP\/1\.1 400 /],
  ] as const) {
    assert.match(await lab.sendRaw(text), expected, what);
  }
  assert.equal(lab.agent.heard.length, 0);
});

test("what anybody may know", async (t) => {
  const lab = await WebLab.open(t);
  assert.deepEqual((await lab.ask("/health")).json(), {
    web: "ok",
    agent: "ok",
    language: "en",
    title: "Shop",
    hasPassword: true,
  });
  const document = (await lab.ask("/openapi.json")).json();
  const paths = document["paths"] as Record<string, Record<string, Record<string, unknown>>>;
  assert.equal(document["openapi"], "3.1.0");
  assert.equal(paths["/v1/stop"]?.["post"]?.["x-role"], "operator");
  assert.deepEqual(paths["/v1/session/begin"]?.["post"]?.["security"], []);
  assert.equal(paths["/v1/web/setup"], undefined);
  const [after] = (paths["/v1/events"]?.["get"]?.["parameters"] ?? []) as { name: string }[];
  assert.equal(after?.name, "after");
});
