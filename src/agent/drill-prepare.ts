import type { ParsedRequest } from "../api/contract.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import { fail, type Fault, type Result, succeed } from "../base/result.ts";
import { didYouMean } from "../config/suggest.ts";
import { drilledResource, isResourceDrill } from "../core/drill.ts";
import type { Model, Resource } from "../core/model.ts";
import type { Refusal } from "./caller.ts";
import {
  type FaultParts,
  type PreparedFault,
  prepareFreeze,
  prepareKill,
  prepareSlow,
} from "./drill-faults.ts";
import { prepareFill } from "./drill-fill.ts";
import { prepareLink } from "./drill-link.ts";
import type { DrillOrder } from "./drill-order.ts";
import { scopeOf } from "./drill-watch.ts";
import type { View } from "./view.ts";

/** What it takes to prepare a drill. */
export interface DrillPreparation {
  readonly faults: FaultParts;
  readonly view: () => View;
  /** Folders of the agent itself: their file system is never filled. */
  readonly ownFolders: readonly string[];
}

export type DrillRequest = ParsedRequest<"drillBegin">;

/** A pause of a slow program that most timeouts and latencies notice. */
const PAUSE_MS: Millis = 5 * SECOND;
/** Who notices late has so long after the fault was undone. */
const SLACK_MS: Millis = 3 * SECOND;
/** A monitor that asks once an hour is not waited for. */
const NOTICE_MAX: Millis = 600 * SECOND;

/** Something stands in the way now. */
export function conflict(problem: Fault): Refusal {
  return { status: 409, ...problem };
}

/** Finds what is to be broken and how; `planned`: the configured drill, null = a person asks. */
export async function prepareDrill(
  parts: DrillPreparation,
  request: DrillRequest,
  by: string,
  planned: string | null = null,
): Promise<Result<DrillOrder, Refusal>> {
  const { model, state } = parts.view();
  const { kind, target } = request;
  const monitor = model.monitors.get(target);
  const resource = isResourceDrill(kind) ? drilledResource(model, target) : null;
  const missing = missingTarget(model, request, resource);
  if (missing !== null) return fail(missing);
  const fault = await prepareFault(parts, request, resource);
  if (!fault.ok) return fail(conflict(fault.problem));
  const scope = scopeOf(model, state, resource ?? null, monitor?.name ?? null);
  const forMs = kind === "kill" ? 0 : request.forMs;
  const noticeMs = kind === "kill" ? patienceOf(model, scope.monitors) : forMs + SLACK_MS;
  return succeed({ kind, target, by, planned, forMs, noticeMs, scope, fault: fault.value });
}

function missingTarget(
  model: Model,
  { kind, target }: DrillRequest,
  resource: Resource | null | undefined,
): Refusal | null {
  const isKnown =
    model.monitors.has(target) || model.resources.has(target) || model.groups.has(target);
  if (!isKnown) {
    const names = [...model.resources.keys(), ...model.monitors.keys(), ...model.groups.keys()];
    const hint = didYouMean(target, names);
    const message = `there is no group, resource or monitor ${target}`;
    return { status: 404, code: "name/unknown", message, ...(hint === null ? {} : { hint }) };
  }
  if (resource === undefined) {
    const message = `${target} has no single resource to break; name one as group/resource`;
    return { status: 409, code: "drill/no-resource", message };
  }
  if (resource === null && !model.monitors.has(target)) {
    const message = `${kind} needs the monitor that is to notice; ${target} is none`;
    return { status: 409, code: "drill/no-monitor", message };
  }
  return null;
}

async function prepareFault(
  { faults, view, ownFolders }: DrillPreparation,
  { kind, target, pauseMs, path, namespace, interface: name }: DrillRequest,
  resource: Resource | null | undefined,
): Promise<Result<PreparedFault>> {
  const id = resource?.id ?? "";
  switch (kind) {
    case "kill":
      return prepareKill(faults, id);
    case "freeze":
      return await prepareFreeze(faults, id);
    case "slow":
      return await prepareSlow(faults, id, pauseMs ?? PAUSE_MS);
    case "fill": {
      const folder = filledFolder(view(), target, path ?? null);
      return folder.ok ? await prepareFill(faults, folder.value, ownFolders) : folder;
    }
    case "link":
      if (namespace !== undefined && name !== undefined)
        return await prepareLink(faults, namespace, name);
      return fail({
        code: "drill/no-namespace",
        message: "a link is dropped only inside a network namespace",
        hint: "Name it with --namespace, and the interface in it with --interface.",
      });
  }
}

/** Only what a monitor is configured with is filled, so that somebody notices. */
function filledFolder(view: View, monitor: string, path: string | null): Result<string> {
  const folders = pathsIn(view.config.monitors.get(monitor)?.params ?? {});
  const [only] = folders;
  if (path !== null && folders.includes(path)) return succeed(path);
  if (path === null && only !== undefined && folders.length === 1) return succeed(only);
  const known = folders.length === 0 ? "no folder" : folders.slice(0, 10).join(", ");
  const message = `${monitor} watches ${known}; say with --path which of them is to be filled`;
  return fail({ code: "drill/no-folder", message });
}

/** Absolute paths among the parameters of a monitor; a device is no folder. */
function pathsIn(value: unknown): readonly string[] {
  if (typeof value === "string") {
    return value.startsWith("/") && !value.startsWith("/dev/") ? [value] : [];
  }
  if (typeof value !== "object" || value === null) return [];
  const keys = Array.isArray(value) ? [] : Object.keys(value).flatMap(pathsIn);
  return [...new Set([...keys, ...Object.values(value).flatMap(pathsIn)])];
}

/** The slowest monitor of those that may notice, with its retries. */
function patienceOf(model: Model, monitors: ReadonlySet<string>): Millis {
  const spans = [...monitors].map((name) => {
    const one = model.monitors.get(name);
    return one ? one.intervalMs * (one.retries + 2) + one.timeoutMs : 0;
  });
  return Math.min(NOTICE_MAX, Math.max(10 * SECOND, ...spans));
}
