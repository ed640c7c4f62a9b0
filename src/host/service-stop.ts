import type { Millis } from "../base/duration.ts";
import type { OperationEnd } from "../ports/driver.ts";
import { done, failed } from "./operation.ts";
import { followJob, mayLeaveProcesses } from "./service-start.ts";
import { isDown, type ServiceWork } from "./service-work.ts";
import { jobOf } from "./systemd/jobs.ts";

const NO_SUCH_UNIT = "org.freedesktop.systemd1.NoSuchUnit";
const SIGKILL = 9;
const PAUSE_LEAST: Millis = 2;
const PAUSE_MOST: Millis = 200;

/** Has systemd stop it, and proves that nothing is left of it. */
export async function stopUnit(work: ServiceWork): Promise<OperationEnd> {
  const { parts, params, group } = work;
  const { units } = parts;
  const look = await units.lookAnew(params.unit);
  if (!look.ok) return failed(look.problem.message);
  await group.find();
  if (isDown(look.value) && look.value.job === 0) return await prove(work, "it was not active");
  const answer = await units.transact("StopUnit", params.unit);
  if (!answer.ok) {
    const isGone = answer.problem.code === NO_SUCH_UNIT;
    return isGone ? await prove(work, "the unit is gone") : failed(answer.problem.message);
  }
  const job = jobOf(answer.value[0]);
  if (job === null) return failed("systemd answered something that is not a job");
  return await followStop(work, job);
}

/** Waits for the end of a stop; at the timeout everything in the unit is killed. */
export async function followStop(work: ServiceWork, job: number): Promise<OperationEnd> {
  const { parts, params, operation, until } = work;
  await parts.records.write(params.id, { op: operation.op, doing: "stop", job });
  const result = await followJob(work, job, until);
  if (result !== "timed-out") return await prove(work, `${params.unit} is stopped`);
  await kill(work);
  const end = await followJob(work, job, performance.now() + parts.timing.killMs);
  const reason = `${params.unit} did not stop in time and was killed`;
  if (end !== "timed-out") return await prove(work, reason);
  return { result: "still-populated", reason: `${params.unit} could not be killed` };
}

/** After systemd's word the kernel's: nothing lives in its group. */
async function prove(work: ServiceWork, reason: string): Promise<OperationEnd> {
  const { parts, params, group } = work;
  const { leftMs, killMs } = parts.timing;
  const look = await parts.units.lookAnew(params.unit);
  if (!look.ok) return failed(look.problem.message);
  if (!isDown(look.value)) return failed(`${params.unit} is ${look.value.active} again`);
  if (await whenEmpty(work, leftMs)) return done(reason);
  if (await mayLeaveProcesses(work, look.value)) {
    return done(`${reason}; its \`KillMode=\` leaves processes behind`);
  }
  await kill(work);
  if (await whenEmpty(work, killMs)) return done(`${reason}, and what was left of it was killed`);
  const pids = group.members().slice(0, 5).join(", ");
  return { result: "still-populated", reason: `after KILL processes are left of it: ${pids}` };
}

async function kill({ parts, params }: ServiceWork): Promise<void> {
  await parts.units.manager.call("KillUnit", "ssi", [params.unit, "all", SIGKILL]);
}

async function whenEmpty({ group, operation }: ServiceWork, limitMs: Millis): Promise<boolean> {
  const until = performance.now() + limitMs;
  for (let pause = PAUSE_LEAST; ; pause = Math.min(pause * 2, PAUSE_MOST)) {
    if (group.isEmpty() === true) return true;
    if (operation.isOver || performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
