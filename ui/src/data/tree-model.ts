import type {
  GroupStatus,
  MonitorStatus,
  ResourceStatus,
  ServerStatus,
} from "../../../src/api/answers.ts";
import type { ShownState } from "../i18n/texts.ts";
import type { Chosen } from "./chosen.ts";

/** A line of the tree with what is below it. */
export interface TreeNode {
  readonly at: Chosen;
  /** What is written; a resource without its group's name. */
  readonly label: string;
  /** Said more quietly: a title, or a type. */
  readonly note: string;
  readonly state: ShownState;
  readonly isSuspended: boolean;
  /** Something at it or below it wants to be seen. */
  readonly isIll: boolean;
  readonly children: readonly TreeNode[];
}

/** The group of what a monitor recovers; null when that is the server, all groups or nothing. */
export function groupOfTarget(status: ServerStatus, target: string): string | null {
  const name = target.split("/")[0] ?? "";
  return status.groups.some((group) => group.name === name) ? name : null;
}

/** Worst first; what is not named here is well. */
const WORST: readonly ShownState[] = [
  "blocked",
  "stop-failed",
  "failed",
  "ill",
  "recovering",
  "stopping",
  "starting",
  "suspect",
  "warning",
  "unknown",
  "partly-active",
  "rehearsed",
];

export function isIllState(state: ShownState): boolean {
  return WORST.includes(state);
}

function worst(states: readonly ShownState[]): ShownState | null {
  return WORST.find((one) => states.includes(one)) ?? null;
}

export function monitorState(monitor: MonitorStatus): ShownState {
  if (!monitor.isEnabled) return "disabled";
  if (monitor.isRehearsed) return "rehearsed";
  return monitor.status;
}

export function resourceState(resource: ResourceStatus): ShownState {
  return resource.blocked === null ? resource.phase : "blocked";
}

/** What a group is, its monitors included: active is only what is well. */
export function groupState(status: ServerStatus, group: GroupStatus): ShownState {
  const isBlocked = group.resources.some((one) => one.blocked !== null);
  if (isBlocked) return "blocked";
  const isOurs = (target: string): boolean => target.split("/")[0] === group.name;
  const hasIncident = status.incidents.some((one) => one.group === group.name);
  if (hasIncident && status.plans.some((plan) => isOurs(plan.target))) return "recovering";
  if (group.phase !== "active") return group.phase;
  const watching = status.monitors.filter(({ target }) => isOurs(target));
  return worst(watching.map(monitorState)) ?? "active";
}

/** The whole server in one word. */
export function serverState(status: ServerStatus): ShownState {
  const states = status.groups.map((group) => groupState(status, group));
  const rest = status.monitors.map(monitorState).filter((one) => one !== "rehearsed");
  const found = worst([...states, ...rest]);
  // Everything works and an incident is still open.
  if (found === null) return status.isHealthy ? "well" : "warning";
  if (found === "blocked" || found === "failed" || found === "stop-failed") return "ill";
  return found === "starting" || found === "stopping" || found === "recovering"
    ? found
    : status.isHealthy
      ? "well"
      : "ill";
}

function isPaused(status: ServerStatus, scope: string): boolean {
  return status.suspensions.some((one) => one.scope === "all" || one.scope === scope);
}

function monitorNode(monitor: MonitorStatus): TreeNode {
  const state = monitorState(monitor);
  return {
    at: { kind: "monitor", name: monitor.name },
    label: monitor.name,
    note: monitor.type,
    state,
    isSuspended: monitor.isSuspended,
    isIll: isIllState(state),
    children: [],
  };
}

function groupNode(status: ServerStatus, group: GroupStatus): TreeNode {
  const isSuspended = isPaused(status, `group:${group.name}`);
  const resources = group.resources.map((resource): TreeNode => {
    const state = resourceState(resource);
    return {
      at: { kind: "resource", name: resource.id },
      label: resource.id.split("/").slice(1).join("/"),
      note: resource.type,
      state,
      isSuspended: false,
      isIll: isIllState(state),
      children: [],
    };
  });
  const monitors = status.monitors
    .filter(({ target }) => target.split("/")[0] === group.name)
    .map(monitorNode);
  const children = [...resources, ...monitors];
  const state = groupState(status, group);
  return {
    at: { kind: "group", name: group.name },
    label: group.name,
    note: group.title === group.name ? "" : group.title,
    state,
    isSuspended,
    isIll: isIllState(state) || children.some((one) => one.isIll),
    children,
  };
}

/** The tree: the server, its groups with resources and monitors, and the server's own monitors. */
export function treeOf(status: ServerStatus, serverName: string): TreeNode {
  const groups = status.groups.map((group) => groupNode(status, group));
  const others = status.monitors
    .filter(({ target }) => groupOfTarget(status, target) === null)
    .map(monitorNode);
  const children = [...groups, ...others];
  return {
    at: { kind: "server", name: "" },
    label: serverName,
    note: "",
    state: serverState(status),
    isSuspended: isPaused(status, "all"),
    isIll: !status.isHealthy,
    children,
  };
}

/** The tree without what nobody looks for; a branch stays when it or something in it is wanted. */
export function narrow(node: TreeNode, letters: string, isIllOnly: boolean): TreeNode | null {
  const isFound =
    (letters === "" || `${node.at.name} ${node.note}`.toLowerCase().includes(letters)) &&
    (!isIllOnly || node.isIll);
  const children = node.children
    // What is below a name that was found is wanted with it.
    .map((child) => narrow(child, isFound && node.at.kind === "group" ? "" : letters, isIllOnly))
    .filter((child) => child !== null);
  if (node.at.kind === "server") return { ...node, children };
  return isFound || children.length > 0 ? { ...node, children } : null;
}
