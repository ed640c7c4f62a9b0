import { constants } from "node:os";
import { ocfMeaning } from "../base/ocf.ts";
import type { WaitStatus } from "./libc.ts";

/** How a program ended, taken apart. */
export type ProgramEnd =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signaled"; readonly signal: string }
  /** Only its parent may know, and that was not us. */
  | { readonly kind: "unknown" };

const SHELL_MEANINGS: ReadonlyMap<number, string> = new Map([
  [126, "the program is not executable"],
  [127, "the program was not found"],
]);

/** Takes a wait status apart; null = nobody knows it. */
export function readEnd(status: WaitStatus | null): ProgramEnd {
  if (status === null) return { kind: "unknown" };
  const signal = status & 0x7f;
  if (signal === 0) return { kind: "exited", code: (status >> 8) & 0xff };
  return { kind: "signaled", signal: signalName(signal) };
}

/** `KILL`, `TERM`; the number for what has no name. */
export function signalName(signal: number): string {
  for (const [name, number] of Object.entries(constants.signals)) {
    // SIGIOT and SIGPOLL are second names of SIGABRT and SIGIO.
    if (number === signal && name !== "SIGIOT" && name !== "SIGPOLL") return name.slice(3);
  }
  return `${signal}`;
}

/** "exit code 3", "signal KILL", "status unknown". */
export function describeEnd(end: ProgramEnd): string {
  switch (end.kind) {
    case "exited":
      return `exit code ${end.code}`;
    case "signaled":
      return `signal ${end.signal}`;
    case "unknown":
      return "status unknown";
  }
}

/** What a script's exit code says, with its meaning for a cluster's agent where it has one. */
export function describeCode(code: number): string {
  const shell = SHELL_MEANINGS.get(code);
  if (shell) return `exit code ${code} (${shell})`;
  const ocf = ocfMeaning(code);
  return ocf ? `exit code ${code} (OCF: ${ocf})` : `exit code ${code}`;
}
