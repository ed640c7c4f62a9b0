import { readdirSync, readFileSync } from "node:fs";
import { Cgroup, findCgroupMount } from "../cgroup.ts";
import type { Units } from "./units.ts";

/** Groups below a unit's own that are looked into; one that makes more keeps its own house. */
const GROUPS_MOST = 256;

/** The control group in which systemd keeps the processes of a unit. */
export class UnitGroup {
  readonly #units: Units;
  readonly #unit: string;
  readonly #mount: string | null;
  #path: string | null = null;

  constructor(units: Units, unit: string) {
    this.#units = units;
    this.#unit = unit;
    this.#mount = readMount();
  }

  /** Asks for its place; the last one is kept where systemd does not say, as of a stopped unit. */
  async find(): Promise<void> {
    const path = await this.#units.property(this.#unit, "ControlGroup");
    const isPlace = typeof path === "string" && /^\/./.test(path) && !path.includes("/../");
    if (isPlace && this.#mount !== null) this.#path = `${this.#mount}${path}`;
  }

  /**
   * Whether nothing lives in it; also when there is none, as without the second version of groups,
   * where systemd's word has to do. Null when it cannot be read.
   */
  isEmpty(): boolean | null {
    if (this.#path === null) return true;
    const isPopulated = new Cgroup(this.#path).isPopulated();
    return isPopulated === null ? null : !isPopulated;
  }

  /** Everything that lives in it and below it. */
  members(): number[] {
    const folders = this.#path === null ? [] : [this.#path];
    const pids: number[] = [];
    for (const folder of folders) {
      pids.push(...new Cgroup(folder).members());
      if (folders.length < GROUPS_MOST) folders.push(...foldersIn(folder));
    }
    return pids;
  }
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((one) => one.isDirectory()).map((one) => `${folder}/${one.name}`);
  } catch {
    return [];
  }
}

function readMount(): string | null {
  try {
    return findCgroupMount(readFileSync("/proc/self/mountinfo", "utf8"));
  } catch {
    return null;
  }
}
