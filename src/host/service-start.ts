import type { Millis } from "../base/duration.ts";
import type { OperationEnd } from "../ports/driver.ts";
import type { UnitFacts } from "../ports/unit.ts";
import { done, failed } from "./operation.ts";
import { isDown, type ServiceWork } from "./service-work.ts";
import { jobOf } from "./systemd/jobs.ts";

/** Proves that nothing is left of it, clears its failures, and has systemd start it. */
export async function startUnit(work: ServiceWork): Promise<OperationEnd> {
  const { parts, params, group } = work;
  const { units } = parts;
  const look = await units.lookAnew(params.unit);
  if (!look.ok) return failed(look.problem.message);
  const facts = look.value;
  const refusal = whyNot(facts);
  if (refusal !== null) return failed(refusal);
  if (facts.active === "active" && facts.job === 0) return done("it was active already");
  if (isDown(facts)) {
    await group.find();
    if (group.isEmpty() !== true && !(await mayLeaveProcesses(work, facts))) {
      const pids = group.members().slice(0, 5).join(", ");
      return { result: "still-populated", reason: `processes are left of it: ${pids}` };
    }
    // A unit that was started too often is not started again before this; not failed is no fault.
    await units.manager.call("ResetFailedUnit", "s", [params.unit]);
  }
  if (work.operation.isOver) return failed("it was given up");
  const answer = await units.transact("StartUnit", params.unit);
  if (!answer.ok) return failed(answer.problem.message);
  const job = jobOf(answer.value[0]);
  if (job === null) return failed("systemd answered something that is not a job");
  return await followStart(work, job);
}

/** Waits for the end of a start and says what came of it. */
export async function followStart(work: ServiceWork, job: number): Promise<OperationEnd> {
  const { parts, params, operation, until } = work;
  await parts.records.write(params.id, { op: operation.op, doing: "start", job });
  const result = await followJob(work, job, until);
  if (result === "timed-out") return stalled(work);
  const look = await parts.units.lookAnew(params.unit);
  if (!look.ok) return failed(look.problem.message);
  const facts = look.value;
  if (!isDown(facts) && facts.active !== "activating") return done(`${params.unit} is active`);
  const reason = describeJob(result, facts);
  return facts.result === "timeout" ? { result: "timed-out", reason } : failed(reason);
}

function stalled({ params }: ServiceWork): OperationEnd {
  return { result: "timed-out", reason: `systemd is still busy with ${params.unit}` };
}

/**
 * How a job of ours ended, in systemd's word; `unknown` when it ended while the bus was away;
 * `timed-out` when it has not ended at `until`.
 */
export async function followJob(work: ServiceWork, job: number, until: Millis): Promise<string> {
  const { parts, params, operation } = work;
  const { units, timing } = parts;
  while (!operation.isOver) {
    const left = until - performance.now();
    if (left <= 0) return "timed-out";
    const end = await units.jobs.wait(job, left);
    if (end === "timed-out") return end;
    if (end !== "lost") return end.result;
    await units.manager.whenUp(Math.max(0, until - performance.now()));
    const look = await units.lookAnew(params.unit);
    if (look.ok && look.value.job !== job) return "unknown";
    await new Promise((resolve) => setTimeout(resolve, timing.againMs));
  }
  return "unknown";
}

/** Its author wants what it started to outlive it, so only its main process has to be gone. */
export async function mayLeaveProcesses(
  { parts, params }: ServiceWork,
  { mainPid }: UnitFacts,
): Promise<boolean> {
  if (mainPid > 0) return false;
  const mode = await parts.units.property(params.unit, "KillMode");
  return mode === "process" || mode === "none";
}

function whyNot({ name, load }: UnitFacts): string | null {
  switch (load) {
    case "not-found":
      return `there is no unit ${name} on this server`;
    case "masked":
      return `${name} is masked: somebody forbade it to start`;
    case "bad-setting":
    case "error":
      return `systemd cannot read the file of ${name} (${load}); \`systemctl status\` says why`;
    default:
      return null;
  }
}

function describeJob(result: string, facts: UnitFacts): string {
  switch (result) {
    case "canceled":
      return "its start was cancelled by somebody else";
    case "dependency":
      return "a unit that it needs could not be started";
    case "done":
    case "skipped":
    case "unknown":
      return facts.active === "failed"
        ? describeDown(facts)
        : "it is inactive: a condition of it is not met, or it ended at once and has no `RemainAfterExit=yes`";
    default:
      return facts.active === "failed" ? describeDown(facts) : `the job ended as ${result}`;
  }
}

/** "failed (exit-code, exit code 3)". */
export function describeDown({ active, result, mainEnd }: UnitFacts): string {
  const ends = [result === "success" ? null : result, mainEnd].filter((one) => one !== null);
  return ends.length === 0 ? active : `${active} (${ends.join(", ")})`;
}
