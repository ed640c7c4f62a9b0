import type { ProcessId } from "../ports/host.ts";
import { Cgroup } from "./cgroup.ts";

/**
 * The control groups of one tree: its own, which we make, or a scope, which systemd makes and ends.
 * After a move to a scope the own group counts until nothing is left in it.
 */
export class TreeGroups {
  #own: Cgroup | null;
  #current: Cgroup | null;
  #former: Cgroup | null = null;
  /** systemd was asked to move this one, and may do so at any moment: no group alone is a proof. */
  moving: ProcessId | null = null;

  /** `own`: its folder, or null to do without. */
  constructor(own: string | null) {
    this.#own = own === null ? null : new Cgroup(own);
    this.#current = this.#own;
  }

  /** The one in force, which everything is moved into. */
  get current(): Cgroup | null {
    return this.#current;
  }

  get isScope(): boolean {
    return this.#current !== null && isScope(this.#current);
  }

  /** A group that an earlier agent used, also at another place, while something lives in it. */
  restore(path: string): void {
    const known = new Cgroup(path);
    if (!known.exists() || known.isPopulated() !== true) return;
    if (isScope(known)) this.enter(path);
    else this.#own = this.#current = known;
  }

  /** The one that something may be moved into now, made if need be; null: there is none. */
  prepare(): Cgroup | null {
    // The folder of a scope is systemd's to make: one that has ended is left.
    if (this.isScope && !this.#current?.exists()) this.leaveScope();
    if (!this.isScope && this.#current?.prepare() === false) this.#own = this.#current = null;
    return this.#current;
  }

  /** A living process could not be moved into it: without the right to, a group proves nothing. */
  giveUp(group: Cgroup): void {
    // A scope still knows who else is in it.
    if (isScope(group) && group.exists()) return;
    if (this.#current === group) this.#current = null;
    if (this.#own === group) this.#own = null;
  }

  /** A member was found in this scope: the others are to follow. */
  enter(path: string): void {
    this.moving = null;
    this.#current = new Cgroup(path);
    this.#former = this.#own?.isPopulated() === false ? null : this.#own;
  }

  /** The tree has ended, and its scope with it: the next start is in its own group again. */
  reset(): void {
    this.moving = null;
    if (this.isScope || this.#current === null) this.leaveScope();
  }

  leaveScope(): void {
    this.#current = this.#own;
    this.#former = null;
  }

  /** Pids in it, with those still to be moved. */
  members(): number[] {
    return [...(this.#current?.members() ?? []), ...this.strays()];
  }

  /** Pids that are still in its own group. */
  strays(): number[] {
    return this.#former?.members() ?? [];
  }

  /** Whether nobody is left in its own group; from then on it does not count any more. */
  isMoved(): boolean {
    if (this.#former?.isPopulated() === false) this.#former = null;
    return this.#former === null;
  }

  /** True only as a proof: not when it cannot be read. */
  isEmpty(): boolean {
    return this.#current?.isPopulated() === false && this.isMoved();
  }

  kill(): void {
    this.#current?.kill();
    this.#former?.kill();
  }

  /** Removes the folder of its own group when that is empty. */
  remove(): void {
    this.#own?.remove();
  }
}

/** Names of resources hold no dot: no group of our own is called so. */
function isScope(group: Cgroup): boolean {
  return group.path.endsWith(".scope");
}
