/** Who opens the page to other computers, when, and how systemd is told. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { PageOpening } from "../../src/agent/page-opening.ts";
import { pageSocket } from "../../src/host/page-socket.ts";
import { until } from "./web-lab.ts";

interface Played {
  readonly turned: boolean[];
  readonly faults: string[];
  configured: boolean | null;
  isPublic: boolean;
  opening: PageOpening;
}

function play(configured: boolean | null, why: string | null = null): Played {
  const turned: boolean[] = [];
  const faults: string[] = [];
  const played = { turned, faults, configured, isPublic: false };
  const opening = new PageOpening({
    socket: {
      isOpen: () => turned.at(-1) ?? false,
      turn: async (isOpen) => {
        turned.push(isOpen);
        return why;
      },
    },
    configured: () => played.configured,
    isPublic: async () => played.isPublic,
    onFault: (fault) => faults.push(fault),
  });
  return Object.assign(played, { opening });
}

test("the first password opens it, the last one closes it", async () => {
  const { opening, turned } = play(null);
  opening.hear({ id: "agent-started" });
  opening.hear({ id: "page-opened" });
  opening.hear({ id: "page-opened" });
  await until("it is open", () => turned.length === 1);
  opening.hear({ id: "page-closed" });
  await until("it is closed", () => turned.length === 2);
  assert.deepEqual(turned, [true, false]);
});

test("the configuration opens it at the start, and closes it when it says so", async () => {
  const played = play(true);
  await until("it is open", () => played.turned.length === 1);
  played.opening.hear({ id: "config-applied" });
  played.configured = false;
  played.opening.hear({ id: "config-applied" });
  await until("it is closed", () => played.turned.length === 2);
  // It says nothing any more, and somebody has a password.
  played.configured = null;
  played.isPublic = true;
  played.opening.hear({ id: "config-applied" });
  await until("it is open again", () => played.turned.length === 3);
  assert.deepEqual(played.turned, [true, false, true]);
});

test("what systemd refuses is told", async () => {
  const played = play(true, "systemctl ended with 1");
  await until("it is told", () => played.faults.length === 1);
  assert.deepEqual(played.faults, ["systemctl ended with 1"]);
});

test("systemd is told in an order that it takes, and again when somebody came between", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "solosafe socket-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const link = join(folder, "link");
  const asked: string[] = [];
  let refusals = 0;
  const request = async (wanted: {
    readonly type: string;
    readonly command?: readonly string[];
  }) => {
    const words = wanted.command ?? [];
    asked.push(words.slice(2).join(" "));
    const isRefused = words.includes("enable") && refusals-- > 0;
    return { ok: true, value: { kind: "exited", code: isRefused ? 1 : 0, output: "" } } as const;
  };
  const socket = pageSocket({ request } as never, link, 0);
  assert.equal(socket.isOpen(), false);
  refusals = 1;
  assert.equal(await socket.turn(true), null);
  const open = ["stop solosafe-web.service", "enable --quiet --now solosafe-web.socket"];
  assert.deepEqual(asked.splice(0), [...open, ...open, "start solosafe-web.service"]);
  writeFileSync(link, "");
  assert.equal(socket.isOpen(), true);
  assert.equal(await socket.turn(false), null);
  assert.deepEqual(asked.splice(0), [
    "disable --quiet --now solosafe-web.socket",
    "stop solosafe-web.service",
  ]);
  refusals = 9;
  assert.equal(await socket.turn(true), "systemctl ended with 1");
  assert.equal(asked.length, 6);
});
