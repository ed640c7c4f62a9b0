import type { Millis } from "../base/duration.ts";
import type { GaspTarget, Sender, StallAction } from "../base/guard-message.ts";
import { succeed } from "../base/result.ts";
import type { Power, Watchdog } from "../ports/guard.ts";

/** What stands in for device and last resort where the guard is not told that it is in earnest. */
export interface StandIns {
  readonly power: Power;
  readonly createWatchdog: (device: string) => Watchdog;
}

/** They do nothing and say each thing they would do, one line each. */
export function createStandIns(say: (line: string) => void): StandIns {
  const says = (line: string): true => {
    say(line);
    return true;
  };
  return {
    power: {
      sysrq: (key) => says(`sysrq ${key}`),
      askInit: (kind) => says(`ask init: ${kind}`),
      kill: ({ pid, startTime }: Sender) => says(`kill ${pid} ${startTime}`),
      preparePanic: () => {},
      restorePanic: () => {},
      hasCrashKernel: () => false,
      note: (level, text) => say(`note ${level}: ${text}`),
      lastGasp: (text) => say(`last gasp: ${text}`),
      setLastGasp: (target: GaspTarget | null) =>
        says(`last gasp to ${target === null ? "nobody" : `${target.address} ${target.port}`}`),
    },
    createWatchdog: (device) => createWatchdog(device, says),
  };
}

function createWatchdog(device: string, says: (line: string) => true): Watchdog {
  let isFirst = true;
  return {
    arm(timeoutMs: Millis, onStall: StallAction) {
      says(`arm ${device}: ${timeoutMs} ms, ${onStall}`);
      return succeed({
        path: device === "auto" ? "none" : device,
        identity: "stand-in",
        isSoftware: true,
        timeoutMs,
        hasPanicPretimeout: false,
        isNowayout: false,
      });
    },
    fault: () => "this is a stand-in: nothing is covered",
    feed() {
      // Once is enough to show that it is fed.
      if (isFirst) says("feed");
      isFirst = false;
      return true;
    },
    setTimeout(timeoutMs) {
      says(`set timeout: ${timeoutMs} ms`);
      return timeoutMs;
    },
    disarm: () => says("disarm"),
  };
}
