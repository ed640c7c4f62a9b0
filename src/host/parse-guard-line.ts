import { DAY, type Millis, SECOND } from "../base/duration.ts";
import {
  GUARD_LINE_VERSION,
  type GaspTarget,
  type GuardMessage,
  type GuardOrder,
  type GuardRecord,
  type GuardSettings,
  type ProofTimes,
  type Sender,
} from "../base/guard-message.ts";
import { parseAddress } from "../base/ip-address.ts";

type Fields = Readonly<Record<string, unknown>>;

const DEVICE = /^\/dev\/[\w./-]{1,200}$/;
const TEXT_MAX = 2000;
const ID_MAX = 200;
/** Of 64-bit kernels (proc(5), pid_max). The least is 2: senders are killed, and nobody kills init. */
const PID_MAX = 4_194_304;
/** A shorter one would reset a healthy server; a longer one guards nothing. */
const TIMEOUT_LEAST: Millis = SECOND;
const TIMEOUT_MOST: Millis = DAY;

/**
 * One line as a message with every field checked, or null. Written by hand: what the guard loads it
 * keeps locked in memory. Fields it does not know are left out.
 */
export function parseGuardLine(line: string): GuardMessage | null {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    return null;
  }
  if (!isFields(fields) || fields["v"] !== GUARD_LINE_VERSION) return null;
  switch (fields["is"]) {
    case "proof":
      return withBy(fields, (by) =>
        readPart(times(fields["times"]), (part) => ({
          is: "proof",
          by,
          times: part,
        })),
      );
    case "no-proof":
      return withBy(fields, (by) =>
        readPart(text(fields["why"], TEXT_MAX), (why) => ({
          is: "no-proof",
          by,
          why,
        })),
      );
    case "beat":
      return withBy(fields, (by) => ({ is: "beat", by }));
    case "leaving":
      return withBy(fields, (by) =>
        readPart(oneOf(fields["who"], ["agent", "prover"]), (who) => ({
          is: "leaving",
          who,
          by,
        })),
      );
    case "settings":
      return readPart(readGuardSettings(fields["settings"]), (part) => ({
        is: "settings",
        settings: part,
      }));
    case "record":
      return readPart(record(fields["record"]), (part) => ({ is: "record", record: part }));
    case "order":
      return readPart(order(fields["order"]), (part) => ({ is: "order", order: part }));
    case "groups-stopped":
    case "test":
      return named(fields["is"], fields["id"]);
    case "shutdown":
      return readPart(flag(fields["isOn"]), (isOn) =>
        readPart(flag(fields["isRescue"]), (isRescue) => ({ is: "shutdown", isOn, isRescue })),
      );
    default:
      return null;
  }
}

function withBy(fields: Fields, make: (by: Sender) => GuardMessage | null): GuardMessage | null {
  return readPart(sender(fields["by"]), make);
}

/** Null stays null. */
function readPart<Part, Made>(part: Part | null, make: (part: Part) => Made | null): Made | null {
  return part === null ? null : make(part);
}

function named(is: "groups-stopped" | "test", value: unknown): GuardMessage | null {
  return readPart(text(value, ID_MAX), (id) => ({ is, id }));
}

function sender(value: unknown): Sender | null {
  if (!isFields(value)) return null;
  const pid = whole(value["pid"], 2, PID_MAX);
  const startTime = whole(value["startTime"], 0, Number.MAX_SAFE_INTEGER);
  return pid === null || startTime === null ? null : { pid, startTime };
}

function times(value: unknown): ProofTimes | null {
  if (!isFields(value)) return null;
  const loopMs = span(value["loopMs"]);
  const memoryMs = span(value["memoryMs"]);
  const programMs = span(value["programMs"]);
  const fileMs = span(value["fileMs"]);
  const threadMs = span(value["threadMs"]);
  return loopMs === null ||
    memoryMs === null ||
    programMs === null ||
    fileMs === null ||
    threadMs === null
    ? null
    : { loopMs, memoryMs, programMs, fileMs, threadMs };
}

function record(value: unknown): GuardRecord | null {
  if (!isFields(value)) return null;
  const counted = whole(value["counted"], 0, 1_000_000);
  const isLost = flag(value["isLost"]);
  const isCharged = flag(value["isCharged"]);
  return counted === null || isLost === null || isCharged === null
    ? null
    : { counted, isLost, isCharged };
}

function order(value: unknown): GuardOrder | null {
  if (!isFields(value)) return null;
  const id = text(value["id"], ID_MAX);
  const kind = oneOf(value["kind"], ["reboot", "poweroff", "reset", "panic"]);
  const reason = text(value["reason"], TEXT_MAX);
  const deadlineAt = span(value["deadlineAt"]);
  return id === null || kind === null || reason === null || deadlineAt === null
    ? null
    : { id, kind, reason, deadlineAt };
}

/** Settings with every field checked; also those that were kept in a file. */
export function readGuardSettings(value: unknown): GuardSettings | null {
  if (!isFields(value)) return null;
  const mode = oneOf(value["mode"], ["enforce", "observe"]);
  const stallAction = oneOf(value["stallAction"], ["panic", "reset"]);
  const agentLost = oneOf(value["agentLost"], ["alert", "reboot"]);
  const rebootLimit = whole(value["rebootLimit"], 0, 1_000_000);
  const timeoutMs = timeout(value["timeoutMs"]);
  const agentTimeoutMs = timeout(value["agentTimeoutMs"]);
  const gracefulTimeoutMs = timeout(value["gracefulTimeoutMs"]);
  const shutdownTimeoutMs = timeout(value["shutdownTimeoutMs"]);
  const dumpTimeoutMs = timeout(value["dumpTimeoutMs"]);
  if (mode === null || stallAction === null || agentLost === null || rebootLimit === null) {
    return null;
  }
  if (timeoutMs === null || agentTimeoutMs === null || gracefulTimeoutMs === null) return null;
  if (shutdownTimeoutMs === null || dumpTimeoutMs === null) return null;
  const device = value["device"];
  if (device !== undefined && !isDevice(device)) return null;
  return {
    mode,
    timeoutMs,
    stallAction,
    agentTimeoutMs,
    agentLost,
    gracefulTimeoutMs,
    shutdownTimeoutMs,
    dumpTimeoutMs,
    rebootLimit,
    lastGasp: gaspTarget(value["lastGasp"]),
    ...(device === undefined ? {} : { device }),
  };
}

function isDevice(value: unknown): value is string {
  return value === "auto" || (typeof value === "string" && DEVICE.test(value));
}

/** A destination that cannot be used is none: the settings beside it matter more. */
function gaspTarget(value: unknown): GaspTarget | null {
  if (!isFields(value)) return null;
  const address = text(value["address"], 64);
  const port = whole(value["port"], 1, 65_535);
  return address === null || port === null || parseAddress(address) === null
    ? null
    : { address, port };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function whole(value: unknown, least: number, most: number): number | null {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) return null;
  return value >= least && value <= most ? value : null;
}

function span(value: unknown): Millis | null {
  if (typeof value !== "number" || !Number.isFinite(value)) return null;
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : null;
}

function timeout(value: unknown): Millis | null {
  const read = span(value);
  return read === null || read < TIMEOUT_LEAST || read > TIMEOUT_MOST ? null : read;
}

function text(value: unknown, most: number): string | null {
  return typeof value === "string" && value.length <= most ? value : null;
}

function flag(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}

function oneOf<const Word extends string>(value: unknown, words: readonly Word[]): Word | null {
  return words.find((word) => word === value) ?? null;
}
