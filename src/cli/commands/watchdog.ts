import { setTimeout as wait } from "node:timers/promises";
import { formatDuration, type Millis, SECOND } from "../../base/duration.ts";
import type { GuardReport } from "../../base/guard-report.ts";
import type { Fault } from "../../base/result.ts";
import { type Command, usageFault } from "../command.ts";
import { answer, type Context, refuse } from "../context.ts";
import { type GuardTalk, type HeldWatchdog, heardReport } from "../guard-tools.ts";

/** So long the guard has to say that it does it. */
const ANSWER_WITHIN: Millis = 5 * SECOND;
const LOOK_AGAIN: Millis = 200;
/** In these the device is armed and nobody ends this boot (core/guard-input.ts). */
const READY = new Set(["guarding", "uncovered"]);

/** `solosafe watchdog`. */
export const watchdog: Command = {
  name: "watchdog",
  usage: ["list", "test --yes"],
  summary: "Show the kernel watchdogs, or let one really reset the server",
  detail:
    "`list` shows what the kernel knows of each device; it opens none. `test` tells the guard to feed its device no more, so that the device really resets this server. Applications are not stopped, disks are not written out, and the reset is counted like any other that was not clean.",
  options: { yes: { help: "test: it is understood that this server goes down" } },
  words: [1, 1],
  examples: [
    ["list", "which devices there are, who holds them, and whether one reset the server"],
    ["test --yes", "prove once, before it matters, that the device works"],
  ],
  async run(context, words) {
    const [word] = words.plain;
    if (word === "list") return await list(context);
    if (word === "test") return await test(context, words.has("yes"));
    return refuse(context, 2, usageFault(`\`${word}\` is unknown here`, "Say `list` or `test`."));
  },
};

async function list(context: Context): Promise<number> {
  const devices = await context.guard.listWatchdogs();
  answer(context, { watchdogs: devices }, () =>
    devices.length === 0
      ? "There is no kernel watchdog: a frozen kernel or guard is not covered.\nLoad the driver of this server's watchdog, or softdog."
      : devices.map(describe).join("\n"),
  );
  return devices.length === 0 ? 1 : 0;
}

function describe(device: HeldWatchdog): string {
  const { path, identity, isSoftware, isActive, isNowayout, hasReset, holder } = device;
  const kind = isSoftware ? "a part of the kernel" : "hardware";
  const lines = [
    `${path}  ${identity || "the driver does not say its name"} (${kind})`,
    `  ${isActive ? "armed" : "not armed"}${holder === null ? "" : `, held by ${holder}`}`,
    `  timeout ${timeoutOf(device)}`,
    `  pretimeout ${pretimeoutOf(device)}`,
  ];
  if (isNowayout) lines.push("  once it is armed, nothing stops it (nowayout)");
  if (hasReset) lines.push("  it says that it reset the server before this boot");
  return lines.join("\n");
}

function timeoutOf({ timeoutMs, timeoutMostMs, leftMs }: HeldWatchdog): string {
  const most = timeoutMostMs === null ? "" : `, at most ${formatDuration(timeoutMostMs)}`;
  const left = leftMs === null ? "" : `, ${formatDuration(leftMs)} left`;
  return `${timeoutMs === null ? "unknown" : formatDuration(timeoutMs)}${most}${left}`;
}

function pretimeoutOf({ pretimeoutMs, governor, governors }: HeldWatchdog): string {
  if (governor === null) return "none";
  const can = governors.length === 0 ? "" : ` (can: ${governors.join(", ")})`;
  return `${pretimeoutMs === null ? "0s" : formatDuration(pretimeoutMs)}, then ${governor}${can}`;
}

async function test(context: Context, isSure: boolean): Promise<number> {
  const talk = await context.guard.askGuard(context.paths.run);
  const report = heardReport(talk);
  const refusal = refusalOf(talk, report);
  if (refusal !== null) return refuse(context, 4, refusal);
  const effect = effectOf(report?.device ?? null);
  if (!isSure) {
    const hint = "Say `solosafe watchdog test --yes` when that is meant.";
    return refuse(context, 2, usageFault(`this is no simulation. ${effect}`, hint));
  }
  const id = `test/${process.pid}/${Math.round(talk.now())}`;
  const fault = talk.tell({ is: "test", id });
  if (fault !== null) {
    return refuse(context, 5, { code: "watchdog/not-told", message: `the guard: ${fault}` });
  }
  return await awaitGuard(context, talk, id, effect);
}

/** Null when there is an armed device whose bite would be seen. */
function refusalOf(talk: GuardTalk, report: GuardReport | null): Fault | null {
  const code = "watchdog/refused";
  if (!talk.isRoot) return { code, message: "only root may let the watchdog reset this server" };
  if (report === null) {
    const message = "no guard answers here, so nobody feeds a watchdog";
    return { code, message, hint: "See `systemctl status solosafe-guard`." };
  }
  if (READY.has(report.phase) && report.device !== null) return null;
  const why = report.deviceFault === null ? "" : `: ${report.deviceFault}`;
  return {
    code,
    message: `the guard has no device armed now (${report.phase})${why}`,
    hint: "In `mode: observe`, in containers and while the server goes down nothing is armed.",
  };
}

function effectOf(device: GuardReport["device"]): string {
  if (device === null) return "";
  const { path, identity, timeoutMs, hasPanicPretimeout } = device;
  const how = hasPanicPretimeout ? "panics or is reset" : "is reset";
  return `The guard feeds ${path} (${identity}) no more: within ${formatDuration(timeoutMs)} this server ${how}, with all that runs on it.`;
}

async function awaitGuard(
  context: Context,
  talk: GuardTalk,
  id: string,
  effect: string,
): Promise<number> {
  const until = talk.now() + ANSWER_WITHIN;
  do {
    const report = talk.report();
    if (report?.orderId === id) {
      answer(context, { id, device: report.device }, () => effect);
      return 0;
    }
    if (report?.refusal?.startsWith(id) === true) {
      return refuse(context, 4, { code: "watchdog/refused", message: report.refusal });
    }
    await wait(LOOK_AGAIN);
  } while (talk.now() < until);
  const message = `the guard has not said within ${formatDuration(ANSWER_WITHIN)} that it does it`;
  return refuse(context, 5, { code: "watchdog/no-answer", message });
}
