import * as z from "zod/mini";
import { DAY, HOUR, MINUTE, SECOND } from "../base/duration.ts";
import { SEVERITIES } from "../base/severity.ts";
import { MODULES } from "../events/entry.ts";
import { about, count, duration, line, prose } from "../monitors/fields.ts";

const IDS_MOST = 200;

/** What every destination has, whatever its type. */
export const destination = z.strictObject({
  type: about("How it is told", line(63)),
  comment: about("Text for people", z._default(prose(), "")),
  severity: about(
    "The least severity that is told; `severity`, `modules` or `events` stand for the default of the type",
    z.optional(z.enum(SEVERITIES)),
  ),
  modules: about(
    "Parts of the product whose events are told; default: all",
    z.optional(z.array(z.enum(MODULES)).check(z.minLength(1), z.maxLength(MODULES.length))),
  ),
  events: about(
    "Names of events that are told, as in `solosafe events`; default: all",
    z.optional(z.array(line(63)).check(z.minLength(1), z.maxLength(IDS_MOST))),
  ),
  except: about(
    "Names of events that are not told",
    z._default(z.array(line(63)).check(z.maxLength(IDS_MOST)), []),
  ),
  "per-minute": about(
    "At most so many in a minute; what comes beyond them is summed up in one",
    z.optional(count(1, 600)),
  ),
  timeout: about(
    "An answer that takes longer is none, a program that runs longer is killed",
    z.prefault(duration(SECOND, 10 * MINUTE), "30s"),
  ),
  "keep-trying": about(
    "What nobody takes is given up after so long",
    z.prefault(duration(HOUR, 30 * DAY), "1d"),
  ),
});
