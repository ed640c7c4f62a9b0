import * as z from "zod/mini";
import { HOUR, MINUTE, type Millis, SECOND } from "../base/duration.ts";
import type { StallAction } from "../base/guard-message.ts";
import { parseAddress } from "../base/ip-address.ts";
import { about, duration } from "../monitors/fields.ts";

/** Where a datagram can be sent without asking anybody. */
export interface DatagramTarget {
  readonly address: string;
  readonly port: number;
}

/** What is configured about the guard. */
export interface LoadedWatchdog {
  /** Null: the best there is. */
  readonly device: string | null;
  readonly timeoutMs: Millis;
  /** `auto`: panic where the evidence outlives it, else reset. */
  readonly action: StallAction | "auto";
  readonly agentTimeoutMs: Millis;
  readonly agentLost: "alert" | "reboot";
  readonly dumpTimeoutMs: Millis;
  readonly lastGasp: DatagramTarget | null;
}

const SYSLOG_PORT = 514;
const DEVICE_EXPECTED = "`auto` or a device such as `/dev/watchdog1` is needed here";
const TARGET_EXPECTED =
  "an address is needed here, such as `192.0.2.7`, `192.0.2.7:514` or `[2001:db8::7]:514`; no name can be looked up when it is used";

/** Reads `192.0.2.7`, `192.0.2.7:514`, `2001:db8::7` or `[2001:db8::7]:514`; null for anything else. */
export function parseDatagramTarget(text: string): DatagramTarget | null {
  const [, six, four, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = six ?? four ?? text;
  const port = digits === undefined ? SYSLOG_PORT : Number(digits);
  const found = parseAddress(address);
  if (found === null || found.zone !== null || port < 1 || port > 65_535) return null;
  return { address, port };
}

/** The kernel watchdog, and what the guard does with it. */
export const watchdog = z.strictObject({
  device: about(
    "`auto`: the best there is, hardware before software; or a device such as `/dev/watchdog1`",
    z._default(
      z
        .string({ error: DEVICE_EXPECTED })
        .check(z.regex(/^(?:auto|\/dev\/watchdog\d{0,3})$/, { error: DEVICE_EXPECTED })),
      "auto",
    ),
  ),
  timeout: about(
    "User space that makes no progress for so long has stalled; also the timeout of the device, as far as it accepts it",
    z.prefault(duration(10 * SECOND, 10 * MINUTE), "60s"),
  ),
  action: about(
    "What ends a stalled server: `panic` (with evidence), `reset` (for certain), or `auto`: panic where the kernel can keep the evidence, else reset",
    z._default(z.enum(["auto", "panic", "reset"]), "auto"),
  ),
  "agent-timeout": about(
    "An agent that is silent for so long, while user space lives, is killed and started again",
    z.prefault(duration(6 * SECOND, 10 * MINUTE), "20s"),
  ),
  "agent-lost": about(
    "What is done when the agent does not come back to life, however often it is started",
    z._default(z.enum(["alert", "reboot"]), "alert"),
  ),
  "dump-timeout": about(
    "How long a crash kernel may take to write its dump before the device resets the server",
    z.prefault(duration(MINUTE, HOUR), "10m"),
  ),
  "last-gasp": about(
    "Where syslog is told, in one datagram, that the server is ended; an address, and a port where it is not 514",
    z.optional(
      z
        .string({ error: TARGET_EXPECTED })
        .check(z.refine((text) => parseDatagramTarget(text) !== null, { error: TARGET_EXPECTED })),
    ),
  ),
});

export function loadWatchdog(given: z.output<typeof watchdog>): LoadedWatchdog {
  const gasp = given["last-gasp"];
  return {
    device: given.device === "auto" ? null : given.device,
    timeoutMs: given.timeout,
    action: given.action,
    agentTimeoutMs: given["agent-timeout"],
    agentLost: given["agent-lost"],
    dumpTimeoutMs: given["dump-timeout"],
    lastGasp: gasp === undefined ? null : parseDatagramTarget(gasp),
  };
}
