import type { Fault } from "../base/result.ts";
import { failed, type ProbeResult, unknown } from "./define.ts";

// What this server lacks is no verdict about the other end: descriptors, memory, permission,
// an address family, a name server that answers.
const OWN_FAULTS: ReadonlySet<string> = new Set([
  "EMFILE",
  "ENFILE",
  "ENOMEM",
  "ENOBUFS",
  "EACCES",
  "EPERM",
  "EAFNOSUPPORT",
  "EAI_AGAIN",
]);

/** A talk that did not happen: failed, except when this server could not even try. */
export function unreachable(problem: Fault): ProbeResult {
  return OWN_FAULTS.has(problem.code) ? unknown(problem.message) : failed(problem.message);
}
