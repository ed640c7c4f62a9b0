import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Millis, SECOND } from "../base/duration.ts";
import type { WatchdogFacts } from "../base/watchdog-facts.ts";

/** What softdog calls itself; every other one is hardware, of this server or of its hypervisor. */
const SOFTDOG = "Software Watchdog";
const WDIOF_CARDRESET = 0x20;
const DEVICES_MOST = 64;

/** All devices, the best first: hardware before software, then by number. Opens no device. */
export function listWatchdogs(sys = "/sys"): readonly WatchdogFacts[] {
  const folder = join(sys, "class/watchdog");
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => /^watchdog\d{1,4}$/.test(name))
    .slice(0, DEVICES_MOST)
    .map((name) => readFacts(join(folder, name), name))
    .toSorted((one, other) => rank(one) - rank(other));
}

function rank({ path, isSoftware }: WatchdogFacts): number {
  return Number(path.replace(/\D/g, "")) + (isSoftware ? 10_000 : 0);
}

function readFacts(folder: string, name: string): WatchdogFacts {
  const read = (attribute: string): string | null => readAttribute(folder, attribute);
  const identity = read("identity") ?? "";
  const most = seconds(read("max_timeout"));
  return {
    path: `/dev/${name}`,
    folder,
    identity,
    isSoftware: identity === SOFTDOG,
    timeoutMs: seconds(read("timeout")),
    timeoutMostMs: most === 0 ? null : most,
    leftMs: seconds(read("timeleft")),
    isActive: read("state") === "active",
    isNowayout: read("nowayout") === "1",
    hasReset: (Number(read("bootstatus") ?? 0) & WDIOF_CARDRESET) !== 0,
    pretimeoutMs: seconds(read("pretimeout")),
    governor: read("pretimeout_governor"),
    governors: (read("pretimeout_available_governors") ?? "").split(/\s+/).filter(Boolean),
  };
}

/** The trimmed text of an attribute; null where there is none. */
export function readAttribute(folder: string, attribute: string): string | null {
  try {
    return readFileSync(join(folder, attribute), "latin1").trim();
  } catch {
    return null;
  }
}

function seconds(text: string | null): Millis | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) * SECOND : null;
}
