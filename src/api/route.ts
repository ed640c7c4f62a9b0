import type * as z from "zod/mini";

/** Rights, weakest first; each has those before it. */
export const ROLES = ["viewer", "operator", "administrator"] as const;
export type Role = (typeof ROLES)[number];

/** Who may call a route: `anyone` needs no sign-in. */
export type Needed = Role | "anyone";

/** Whether somebody of `role` may call what needs `needed`. */
export function hasRight(role: Role, needed: Needed): boolean {
  return needed === "anyone" || ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/**
 * From where a route may be called: `local` on the control socket only, `program` by the web program
 * for itself and never for a person (it holds no word of theirs).
 */
export type Reach = "everywhere" | "local" | "program";

/** One entry of the contract. Requests of GET routes travel in the query, others as a JSON body. */
export interface Route<Request extends z.ZodMiniType, Response extends z.ZodMiniType> {
  readonly name: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly request: Request;
  readonly response: Response;
  readonly role: Needed;
  readonly reach: Reach;
  /** About the caller alone (the own password, the own session): every role has it. */
  readonly isOwn: boolean;
  /** Tokens of scripts are refused: who holds one must not make himself another. */
  readonly isForPeople: boolean;
  /**
   * Decides what root runs: on the page only where `page.edit-scripts` of the configuration says so,
   * because an administrator on the page is as powerful as root then.
   */
  readonly changesWhatRuns: boolean;
  /** Stops, breaks or forgets something: a face asks before it does it. */
  readonly isDangerous: boolean;
  /** The answer is a stream of lines, each one `response` as JSON; it ends when either side leaves. */
  readonly isStream: boolean;
  /** The answer is plain text, not JSON. */
  readonly isText: boolean;
  /** The longest body of this route, in bytes. */
  readonly bodyMax: number;
}

/** The longest body the agent takes, in bytes; routes that carry a configuration take more. */
export const BODY_MAX = 65_536;
/** A configuration of 1 MiB as a JSON string, in which a character may take a few bytes more. */
export const CONFIG_BODY_MAX = 4 * 1024 * 1024;
/** The longest wait for the end of a command: a start-timeout of two resources in a row. */
export const WAIT_MAX_MS = 2 * 3_600_000;
/** A stream without an event carries a heartbeat this often. */
export const HEARTBEAT_MS = 10_000;
/** Events in one page of history. */
export const PAGE_MAX = 1000;
/** The fault of a drill is undone after this long at most. Mirrors `base/drill.ts`. */
export const DRILL_MAX_MS = 10 * 60_000;
/** A suspension with an end lasts at most 7 days (recovery.md 5). */
export const SUSPEND_MAX_MS = 7 * 86_400_000;

type Special =
  | "isDangerous"
  | "isStream"
  | "isText"
  | "bodyMax"
  | "reach"
  | "isOwn"
  | "isForPeople"
  | "changesWhatRuns";

const USUAL = {
  reach: "everywhere",
  isOwn: false,
  isForPeople: false,
  changesWhatRuns: false,
  isDangerous: false,
  isStream: false,
  isText: false,
  bodyMax: BODY_MAX,
} as const;

/** Fills in what most routes are: harmless, and answered at once. */
export function route<Request extends z.ZodMiniType, Response extends z.ZodMiniType>(
  spec: Omit<Route<Request, Response>, Special> & Partial<Pick<Route<Request, Response>, Special>>,
): Route<Request, Response> {
  return { ...USUAL, ...spec };
}
