import { never } from "../base/assert.ts";
import type { Millis } from "../base/duration.ts";
import type { GuardMessage } from "../base/guard-message.ts";
import type { GuardInput } from "../core/guard-input.ts";

/** What was told on the FIFO as an input of the time at which it was read. */
export function toInput(message: GuardMessage, at: Millis): GuardInput {
  switch (message.is) {
    case "proof":
      return { type: "proof", at, by: message.by, times: message.times };
    case "no-proof":
      return { type: "noProof", at, by: message.by, why: message.why };
    case "beat":
      return { type: "beat", at, by: message.by };
    case "settings":
      return { type: "settings", at, settings: message.settings };
    case "record":
      return { type: "record", at, record: message.record };
    case "order":
      return { type: "order", at, order: message.order };
    case "groups-stopped":
      return { type: "groupsStopped", at, id: message.id };
    case "withdraw":
      return { type: "withdraw", at, id: message.id };
    case "test":
      return { type: "test", at, id: message.id };
    case "leaving":
      return { type: "leaving", at, who: message.who, by: message.by };
    case "shutdown":
      return { type: "shutdown", at, isOn: message.isOn, isRescue: message.isRescue };
    default:
      return never(message);
  }
}
