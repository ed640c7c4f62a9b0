import assert from "node:assert/strict";
import { test } from "node:test";
import { multi } from "../../src/monitors/multi.ts";
import type { Host } from "../../src/ports/host.ts";
import { probeOf, run } from "./fake-host.ts";

type Status =
  ReturnType<Host["monitorStatuses"]> extends ReadonlyMap<string, infer One> ? One : never;

const cases: readonly {
  readonly statuses: readonly Status[];
  readonly params?: Readonly<Record<string, unknown>>;
  readonly want: string;
}[] = [
  { statuses: ["ok", "ok", "ok"], want: "ok: 0 of 3 monitors failed" },
  { statuses: ["failed", "ok", "ok"], want: "warning: 1 of 3 monitors failed: a" },
  { statuses: ["failed", "failed", "ok"], want: "warning: 2 of 3 monitors failed: a, b" },
  { statuses: ["failed", "failed", "failed"], want: "failed: 3 of 3 monitors failed: a, b, c" },
  {
    statuses: ["failed", "failed", "ok"],
    params: { "failure-number": 2 },
    want: "failed: 2 of 3 monitors failed: a, b",
  },
  {
    statuses: ["failed", "ok", "ok"],
    params: { "warning-number": 2 },
    want: "ok: 1 of 3 monitors failed: a",
  },
  { statuses: ["suspect", "suspect", "suspect"], want: "ok: 0 of 3 monitors failed" },
  { statuses: ["waiting", "waiting", "ok"], want: "ok: 0 of 3 monitors failed" },
  { statuses: ["warning", "ok", "ok"], want: "warning: 0 of 3 monitors failed; warning: a" },
  {
    statuses: ["failed", "failed", "unknown"],
    want: "unknown: 2 of 3 monitors failed: a, b; unknown: c",
  },
  {
    statuses: ["unknown", "ok", "ok"],
    want: "ok: 0 of 3 monitors failed",
  },
  {
    statuses: ["unknown", "unknown", "unknown"],
    want: "unknown: 0 of 3 monitors failed; unknown: a, b, c",
  },
  {
    statuses: ["failed", "failed"],
    want: "unknown: 2 of 3 monitors failed: a, b; unknown: c",
  },
];
for (const { statuses, params = {}, want } of cases) {
  test(`${statuses.join(", ")} ${JSON.stringify(params)} is ${want}`, async () => {
    const names = ["a", "b", "c"];
    const found = new Map(statuses.map((status, at) => [names[at] ?? "", status]));
    const probe = probeOf(multi, { monitors: names, ...params });
    const { outcome, reason } = await run(probe, { monitorStatuses: () => found });
    assert.equal(`${outcome}: ${reason}`, want);
  });
}
