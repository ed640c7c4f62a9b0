/** The contract passed on: each route, with whose word, and what never gets through. */
import assert from "node:assert/strict";
import test from "node:test";
import { ROUTES } from "../../src/api/contract.ts";
import { ACCESS_ROUTES } from "../../src/api/contract-access.ts";
import { type AskOptions, WebLab } from "./web-lab.ts";

const ALL = Object.values({ ...ROUTES, ...ACCESS_ROUTES });
const TOKEN = "token-of-a-script";
const BEARER = { authorization: `Bearer ${TOKEN}` };
const JSON_TYPE = { "content-type": "application/json" };

test("every route of the contract", async (t) => {
  const lab = await WebLab.open(t);
  for (const { name, method, path, reach, role, isStream } of ALL) {
    if (isStream) continue;
    const before = lab.agent.heard.length;
    const query = method === "GET" ? "?x=%2F1" : "";
    const post = method === "POST" ? { headers: { ...BEARER, ...JSON_TYPE }, body: '{"a":1}' } : {};
    const reply = await lab.ask(path + query, { method, headers: BEARER, ...post });
    const heard = lab.agent.heard.slice(before);
    if (reach !== "everywhere") {
      assert.equal(reply.status, 404, name);
      assert.deepEqual(heard, [], name);
      continue;
    }
    assert.equal(reply.status, 200, `${name}: ${reply.text}`);
    const [one] = heard;
    assert.equal(heard.length, 1, name);
    assert.equal(one?.method, method, name);
    assert.equal(one?.url, path + query, name);
    assert.equal(one?.body, method === "POST" ? '{"a":1}' : "", name);
    assert.equal(one?.headers["x-solosafe-client"], "127.0.0.1", name);
    // Who is to sign in is nobody yet.
    assert.equal(one?.headers.authorization, role === "anyone" ? undefined : BEARER.authorization);
    assert.equal(reply.headers["cache-control"], "no-store", name);
  }
});

test("nobody who is not signed in reaches the agent", async (t) => {
  const lab = await WebLab.open(t);
  for (const { name, method, path, reach, role } of ALL) {
    if (reach !== "everywhere" || role === "anyone") continue;
    const post = method === "POST" ? { headers: JSON_TYPE, body: "{}" } : {};
    const reply = await lab.ask(path, { method, ...post });
    assert.equal(reply.status, 401, name);
    assert.match(JSON.stringify(reply.json()), /access\/not-signed-in/, name);
  }
  assert.equal(lab.agent.heard.length, 0);
});

test("credentials and cookies that are none", async (t) => {
  const lab = await WebLab.open(t);
  const cookie = `solosafe-${lab.port}`;
  const wrong: readonly Record<string, string>[] = [
    { authorization: "" },
    { authorization: "Bearer" },
    { authorization: "Bearer a b" },
    { authorization: "Bearer short" },
    { authorization: `Bearer ${"x".repeat(600)}` },
    { authorization: 'Bearer "quoted-secret"' },
    { authorization: "Digest abcdefghijkl" },
    { authorization: "Basic ::::::::::" },
    { authorization: "Basic YTpi", "sec-fetch-site": "same-origin" },
    { authorization: "Basic YTpi", origin: "null" },
    { cookie: "" },
    { cookie: ";;;==;" },
    { cookie: `${cookie}=` },
    { cookie: `${cookie}="abcdefghijkl"` },
    { cookie: `${cookie}=abc def ghi jkl` },
    { cookie: `${cookie}=${"y".repeat(600)}` },
    { cookie: `x${cookie}=abcdefghijkl` },
    { cookie: `__Host-${cookie}=abcdefghijkl` },
    { cookie: "solosafe-1=abcdefghijkl" },
  ];
  for (const headers of wrong) {
    const reply = await lab.ask("/v1/status", { headers });
    assert.equal(reply.status, 401, JSON.stringify(headers));
  }
  assert.equal(lab.agent.heard.length, 0);
  const good: readonly (readonly [Record<string, string>, string])[] = [
    [{ cookie: `a=1; ${cookie}=abcdefghijkl; b=2` }, "Bearer abcdefghijkl"],
    [{ authorization: "Basic YTpi" }, "Basic YTpi"],
    [{ authorization: `bearer   ${TOKEN}` }, BEARER.authorization],
    // What is said beats what the browser sends by itself.
    [{ authorization: `Bearer ${TOKEN}`, cookie: `${cookie}=abcdefghijkl` }, BEARER.authorization],
  ];
  for (const [headers, expected] of good) {
    const reply = await lab.ask("/v1/status", { headers });
    assert.equal(reply.status, 200, JSON.stringify(headers));
    assert.equal(lab.agent.heard.at(-1)?.headers.authorization, expected);
  }
});

test("headers of ours that come from outside go no further", async (t) => {
  const lab = await WebLab.open(t);
  const headers = {
    ...BEARER,
    ...JSON_TYPE,
    "x-solosafe-client": "10.0.0.1",
    "x-solosafe-csrf": "word",
    "x-solosafe-other": "1",
    "x-other": "10.0.0.2",
  };
  await lab.ask("/v1/clear", { method: "POST", headers, body: '{"name":null}' });
  const heard = lab.agent.heard.at(0)?.headers ?? {};
  const ours = Object.entries(heard).filter(([name]) => name.startsWith("x-"));
  assert.deepEqual(Object.fromEntries(ours), {
    "x-solosafe-client": "127.0.0.1",
    "x-solosafe-csrf": "word",
  });
});

test("what changes something comes from our own page or from no browser", async (t) => {
  const lab = await WebLab.open(t);
  const host = `127.0.0.1:${lab.port}`;
  const cookie = `solosafe-${lab.port}=abcdefghijkl`;
  const post = async (path: string, headers: Record<string, string>): Promise<number> => {
    const own: AskOptions = { method: "POST", headers: { ...JSON_TYPE, ...headers }, body: "{}" };
    return (await lab.ask(path, own)).status;
  };
  const foreign: readonly Record<string, string>[] = [
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: `https://${host}` },
    { origin: `http://127.0.0.1:${lab.port + 1}` },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
    { origin: `http://${host}`, "sec-fetch-site": "cross-site" },
  ];
  for (const path of ["/v1/stop", "/v1/session/begin"]) {
    for (const headers of foreign) {
      assert.equal(await post(path, { cookie, ...headers }), 403, JSON.stringify(headers));
    }
  }
  assert.equal(lab.agent.heard.length, 0);
  assert.equal(await post("/v1/stop", { cookie, origin: `http://${host}` }), 200);
  assert.equal(await post("/v1/stop", { cookie, "sec-fetch-site": "same-origin" }), 200);
  assert.equal(await post("/v1/stop", BEARER), 200);
});

test("a session is kept in a cookie that no script can read", async (t) => {
  const lab = await WebLab.open(t);
  const who = { user: "ann", role: "operator", csrf: "word" };
  lab.agent.answer = ({ url }) =>
    url.includes("/begin") || url.includes("/by-code")
      ? { status: 200, body: { secret: "abcdefghijkl", who } }
      : { status: 200, body: {} };
  for (const path of ["/v1/session/begin", "/v1/session/by-code"]) {
    const own: AskOptions = { method: "POST", headers: JSON_TYPE, body: "{}" };
    const plain = await lab.ask(path, own);
    assert.deepEqual(plain.headers["set-cookie"], [
      `solosafe-${lab.port}=abcdefghijkl; Path=/; HttpOnly; SameSite=Strict`,
    ]);
    assert.deepEqual(plain.json(), { secret: "", who });
    const secure = await lab.ask(path, { ...own, isSecure: true });
    assert.deepEqual(secure.headers["set-cookie"], [
      `__Host-solosafe-${lab.port}=abcdefghijkl; Path=/; HttpOnly; SameSite=Strict; Secure`,
    ]);
    assert.doesNotMatch(secure.text, /abcdefghijkl/);
  }
  const cookie = `__Host-solosafe-${lab.port}=abcdefghijkl`;
  const ended = await lab.ask("/v1/session/end", {
    method: "POST",
    headers: { ...JSON_TYPE, cookie },
    body: "{}",
    isSecure: true,
  });
  assert.equal(lab.agent.heard.at(-1)?.headers.authorization, "Bearer abcdefghijkl");
  assert.match(String(ended.headers["set-cookie"]), /=; Path=\/; .*Secure; Max-Age=0$/);
});

test("a session that the agent does not know is forgotten", async (t) => {
  const lab = await WebLab.open(t);
  lab.agent.answer = () => ({ status: 401, body: { error: { code: "x", message: "y" } } });
  const headers = { cookie: `solosafe-${lab.port}=abcdefghijkl` };
  const reply = await lab.ask("/v1/status", { headers });
  assert.equal(reply.status, 401);
  assert.match(String(reply.headers["set-cookie"]), /Max-Age=0$/);
});

test("who tries one secret after the other is kept away from the agent", async (t) => {
  const lab = await WebLab.open(t);
  lab.agent.answer = () => ({ status: 401, body: { error: { code: "x", message: "y" } } });
  const statuses: number[] = [];
  for (let at = 0; at < 40; at += 1) {
    const headers = { authorization: `Bearer guessed-secret-${at}` };
    const reply = await lab.ask("/v1/status", { headers });
    statuses.push(reply.status);
    if (reply.status === 429) assert.match(reply.headers["retry-after"] ?? "", /^\d+$/);
  }
  assert.equal(statuses.at(-1), 429);
  assert.equal(lab.agent.heard.length, 30);
});
