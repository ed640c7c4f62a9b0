import type { Fault } from "../base/result.ts";
import { type ProbeResult, failed, unknown } from "./define.ts";

// What this server lacks is no verdict about the other end.
const OWN_FAULTS =
  /EMFILE|ENFILE|ENOMEM|ENOBUFS|EACCES|EPERM|EAFNOSUPPORT|unsupported|not-permitted|permission/i;

/** A talk that did not happen: failed, except when this server could not even try. */
export function unreachable(problem: Fault): ProbeResult {
  return OWN_FAULTS.test(problem.code) ? unknown(problem.message) : failed(problem.message);
}
