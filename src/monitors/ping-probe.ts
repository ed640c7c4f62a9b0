import { parseAddress } from "../base/ip-address.ts";
import { type Millis, formatDuration } from "../base/duration.ts";
import { allThere, type Soon, whenThere } from "../base/soon.ts";
import { type Probe, type ProbeResult, ok, unknown } from "./define.ts";
import { diagnose } from "./ping-diagnosis.ts";
import { findTarget, showTarget, type Target } from "./ping-targets.ts";
import {
  type Answered,
  answeringAddress,
  hasAnswered,
  type Memory,
  type PingPlan,
  type PingWork,
} from "./ping-work.ts";
import { findWay, readRoutes } from "./routes.ts";
import { nearest, type Verdict } from "./whose-fault.ts";

// A probe that runs into its timeout is failed without a word about whose fault it is, and would be
// acted upon: looking up, asking and the diagnosis (`ping-diagnosis.ts`) together end before.
const LOOKUP_SHARE = 0.2;
const ECHO_SHARE = 0.33;

export function createPing(plan: PingPlan): Probe {
  const memory: Memory = {
    addresses: new Map(),
    fixed: new Map(),
    interfaces: new Map(),
    reached: new Map(),
    faults: new Map(),
  };
  return (context) =>
    whenThere(readRoutes(context.host), (routes) => {
      const work: PingWork = { plan, context, routes, memory };
      const targets = allThere(plan.addresses.map((word) => find(word, work)));
      const results = whenThere(targets, (all) => allThere(all.map((one) => echo(one, work))));
      return whenThere(results, (all) => conclude(all, work));
    });
}

function conclude(results: readonly Answered[], work: PingWork): Soon<ProbeResult> {
  for (const result of results) remember(result, work);
  const answered = results.filter(hasAnswered);
  if (isMet(work.plan, answered.length, results.length)) return ok(describe(answered));
  return judge(work, results);
}

function find(word: string, work: PingWork): Soon<Target> {
  const { routes, memory } = work;
  const known = memory.fixed.get(word);
  if (known?.routes === routes) return known.target;
  return whenThere(findAnew(word, work), (target) => {
    if (!target.isNamed) memory.fixed.set(word, { routes, target });
    return target;
  });
}

function findAnew(word: string, { plan, context, routes, memory }: PingWork): Soon<Target> {
  const { host, timeoutMs } = context;
  const { interface: through, source } = plan;
  const lookupMs = timeoutMs * LOOKUP_SHARE;
  const before = memory.addresses;
  return findTarget(word, {
    host,
    routes,
    interface: through,
    source,
    before,
    lookupMs,
    asker: context,
  });
}

function echo(target: Target, { plan, context }: PingWork): Soon<Answered> {
  const { packets, source, method } = plan;
  const waitMs = Math.min(plan.waitMs, (context.timeoutMs * ECHO_SHARE) / packets);
  const answers = target.addresses.map((address) => {
    const request = { address, source, interface: plan.interface, packets, waitMs, method };
    return context.host.echo(request, context);
  });
  return whenThere(allThere(answers), (all) => ({ target, answers: all }));
}

function remember(result: Answered, { plan, routes, memory }: PingWork): void {
  const { word } = result.target;
  const text = answeringAddress(result);
  if (text === null) return;
  memory.faults.delete(word);
  const last = memory.reached.get(word);
  if (last?.routes === routes && last.address === text) return;
  const address = parseAddress(text);
  if (address === null) return;
  const way = findWay(routes, address, plan.interface);
  if (way !== null) memory.interfaces.set(word, way.interface);
  memory.reached.set(word, { routes, address: text });
}

function isMet({ isAnyEnough }: PingPlan, answered: number, of: number): boolean {
  return isAnyEnough ? answered > 0 : answered === of;
}

/** Not enough answered: why, and whose fault it is. */
async function judge(work: PingWork, results: readonly Answered[]): Promise<ProbeResult> {
  const silent = results.filter((result) => !hasAnswered(result));
  const hindrance = silent.map(whyNotAsked).find((why) => why !== null);
  if (hindrance !== undefined) return unknown(hindrance);
  const found = await diagnose(work, results, silent);
  const dropping = found.filter(({ verdict }) => verdict === null);
  const answered = results.filter(hasAnswered);
  if (isMet(work.plan, answered.length + dropping.length, results.length)) {
    const notes = dropping.map(({ shown }) => `${shown} is there and drops pings`);
    return ok([...(answered.length > 0 ? [describe(answered)] : []), ...notes].join("; "));
  }
  return resultOf(found.flatMap(({ verdict }) => (verdict === null ? [] : [verdict])));
}

/** Somebody else's fault is told, and nothing is done about it. */
function resultOf(verdicts: readonly Verdict[]): ProbeResult {
  const verdict = nearest(verdicts);
  const more = verdicts.length - 1;
  const reason = `${verdict?.reason ?? "nothing answers"}${more > 0 ? `; and ${more} more` : ""}`;
  return verdict?.fault === "own"
    ? { outcome: "failed", reason }
    : { outcome: "failed", reason, isAlertOnly: true };
}

/** An interface or address that is missing is a fault of this server, and told as one. */
const OWN_LACKS: ReadonlySet<string> = new Set(["ENODEV", "EADDRNOTAVAIL"]);

/** What this server lacks otherwise is no verdict about anybody; null when it could ask. */
function whyNotAsked({ target, answers }: Answered): string | null {
  if (target.problem?.kind === "noGateway") return target.problem.text;
  for (const answer of answers) {
    if (answer.kind === "noMeans") return `nothing can be pinged from here: ${answer.hint}`;
    if (answer.kind === "notSent" && !OWN_LACKS.has(answer.problem.code)) {
      return `this server could not ping: ${answer.problem.message}`;
    }
  }
  return null;
}

/** For targets that answered. */
function describe(results: readonly Answered[]): string {
  return results
    .map((result) => {
      const { target, answers } = result;
      const took = answers.find((one) => one.kind === "answered")?.tookMs ?? 0;
      const shown = showTarget(target, answeringAddress(result));
      const old = target.problem === null ? "" : ` (its address of before: ${target.problem.text})`;
      return `${shown} answered in ${formatTook(took)}${old}`;
    })
    .join("; ");
}

/** Answers within a network take less than a millisecond. */
function formatTook(took: Millis): string {
  return took < 10 ? `${took.toFixed(1)}ms` : formatDuration(took);
}
