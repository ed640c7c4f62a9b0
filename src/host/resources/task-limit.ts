import type { Used } from "../../ports/resources.ts";

type Read = (path: string) => string | null;

/** A tree is not deeper. */
const LEVELS_MOST = 32;

/**
 * The nearest limit of process numbers: the server's, or that of the cgroup we are in or of one
 * above it (a container has no other). Null when neither can be read.
 */
export function nearestTaskLimit(read: Read, server: Used | null): Used | null {
  let nearest = server;
  for (const folder of ownGroups(read)) {
    const most = Number(read(`${folder}/pids.max`)?.trim());
    const used = Number(read(`${folder}/pids.current`)?.trim());
    // `max` is no number: there is no limit.
    if (!Number.isFinite(most) || !Number.isFinite(used) || most <= 0) continue;
    if (nearest === null || used / most > nearest.used / nearest.most) nearest = { used, most };
  }
  return nearest;
}

/** Folders of the cgroups we are in that may limit tasks, from ours up to the root (cgroups(7)). */
function ownGroups(read: Read): readonly string[] {
  const mounts = (read("/proc/self/mountinfo") ?? "").split("\n");
  const groups = (read("/proc/self/cgroup") ?? "").split("\n");
  const folders: string[] = [];
  for (const line of groups) {
    const [number, controllers, path] = /^(\d+):([^:]*):(.*)$/.exec(line)?.slice(1) ?? [];
    const isUnified = number === "0";
    if (path === undefined || (!isUnified && controllers !== "pids")) continue;
    const mount = mounts.find((one) =>
      isUnified ? one.includes(" - cgroup2 ") : / - cgroup \S+ (?:\S*,)?pids(?:,|$)/.test(one),
    );
    const mountPoint = mount?.split(" ")[4];
    if (mountPoint === undefined) continue;
    const names = path.split("/").filter((name) => name !== "" && name !== "..");
    for (let depth = Math.min(names.length, LEVELS_MOST); depth >= 0; depth -= 1) {
      folders.push([mountPoint, ...names.slice(0, depth)].join("/"));
    }
  }
  return folders;
}
