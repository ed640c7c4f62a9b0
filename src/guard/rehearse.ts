import { MINUTE, SECOND } from "../base/duration.ts";
import type { GuardMessage, GuardOrder, GuardSettings, Sender } from "../base/guard-message.ts";
import { formatGuardReport } from "../base/guard-report.ts";
import { initialGuardState } from "../core/guard-state.ts";
import type { Power } from "../ports/guard.ts";
import { Guard, type Lines } from "./guard.ts";
import { createStandIns } from "./stand-ins.ts";

const SETTINGS: GuardSettings = {
  mode: "enforce",
  timeoutMs: 10 * SECOND,
  stallAction: "panic",
  agentTimeoutMs: 5 * SECOND,
  agentLost: "reboot",
  gracefulTimeoutMs: 4 * SECOND,
  shutdownTimeoutMs: 10 * SECOND,
  dumpTimeoutMs: MINUTE,
  rebootLimit: 3,
};
const TIMES = { loopMs: 1, memoryMs: 1, programMs: 1, fileMs: 1, threadMs: 1 };
const TICK = SECOND / 2;
/** Every way has ended by then; more would only be more time with real-time priority. */
const END = 30 * SECOND;

/**
 * Walks every way the guard can go, with a last resort that leads nowhere and the name of a process
 * that there is not. V8 compiles a function when it is first called, which needs memory that a server
 * in distress may not have, and the program's own pages come from a disk that may be dead; after this
 * all of it is compiled, and those pages are there.
 */
export function rehearse(power: Power, nobody: Sender): void {
  const order = (id: string, kind: GuardOrder["kind"]): GuardMessage => ({
    is: "order",
    order: { id, kind, reason: "rehearsal", deadlineAt: 0 },
  });
  const begin: readonly GuardMessage[] = [
    { is: "settings", settings: SETTINGS },
    { is: "record", record: { counted: 0, isLost: false, isCharged: true } },
    { is: "beat", by: nobody },
    { is: "proof", by: nobody, times: TIMES },
  ];
  const ways: readonly (readonly GuardMessage[])[] = [
    // The stall, after the prover and the agent were killed.
    [],
    [{ is: "no-proof", by: nobody, why: "rehearsal" }],
    [order("a", "reboot"), { is: "groups-stopped", id: "a" }],
    [order("a", "reboot"), { is: "settings", settings: { ...SETTINGS, mode: "observe" } }],
    [order("a", "poweroff"), order("b", "panic")],
    [order("a", "poweroff")],
    [order("a", "reset")],
    [{ is: "shutdown", isOn: true, isRescue: false }],
    [{ is: "test", id: "a" }],
    [
      { is: "leaving", who: "agent", by: nobody },
      { is: "leaving", who: "prover", by: nobody },
    ],
  ];
  for (const way of ways) walk(power, nobody, [...begin, ...way]);
}

function walk(power: Power, self: Sender, messages: readonly GuardMessage[]): void {
  const { createWatchdog } = createStandIns(() => {});
  const waiting = messages.map((message) => [message]);
  const lines: Lines = {
    read: () => waiting.shift() ?? [],
    hasMore: false,
    dropped: 0,
    renew: () => {},
  };
  const guard = new Guard(
    {
      lines,
      power,
      createWatchdog,
      writeReport: formatGuardReport,
      readNewest: () => 1,
      self,
      hardeningFault: null,
      exit: () => {},
    },
    initialGuardState(0, null, true),
  );
  for (let now = 0; now < END; now += TICK) guard.tick(now);
  guard.leave(END, true);
}
