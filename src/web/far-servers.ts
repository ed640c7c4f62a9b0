import { readFileSync, statSync } from "node:fs";
import * as z from "zod/mini";
import { type Millis, SECOND } from "../base/duration.ts";
import { askFarServer, type FarAnswer, type FarServer, farServer } from "./far-status.ts";

/** One row: what is known of a server, without what opens it. */
export interface FarRow {
  readonly name: string;
  readonly address: string;
  readonly answer: FarAnswer | null;
  /** Since the answer came, in milliseconds; null: none was there yet. */
  readonly ageMs: Millis | null;
  /** Since it last said how it is. */
  readonly heardMs: Millis | null;
}

export interface FarView {
  /** Why the list cannot be used; null: it can, or there is none. */
  readonly fault: string | null;
  /** The worst first. */
  readonly servers: readonly FarRow[];
}

/** Servers in a list. */
const SERVERS_MAX = 2000;
const FILE_MAX = 4 * 1024 * 1024;
const list = z.array(farServer).check(z.maxLength(SERVERS_MAX));
/** Pause between the beginnings of two rounds, while somebody looks. */
const ROUND: Millis = 15 * SECOND;
/** Asked at a time: of those that answered last time, and of the others. */
const ANSWERING_AT_ONCE = 32;
const OTHERS_AT_ONCE = 128;

const WORST_FIRST = [
  "other-certificate",
  "ill",
  "silent",
  "refused",
  "suspended",
  "none",
  "well",
] as const;

interface Known {
  readonly answer: FarAnswer;
  readonly at: Millis;
  /** When it last said how it is; null: never. */
  readonly heardAt: Millis | null;
}

const NEVER = Number.NEGATIVE_INFINITY;

/** Each kind of server is asked in rounds of its own. */
interface Round {
  readonly isAnswering: boolean;
  readonly atOnce: number;
  isBusy: boolean;
  begunAt: Millis;
}

/**
 * Asks all servers of a list how they are, for as long as somebody looks. Those that do not answer
 * are asked apart from the others, so that a dead one never delays one that lives.
 */
export class FarServers {
  readonly #file: string;
  #servers: readonly FarServer[] = [];
  #stamp = "";
  #fault: string | null = null;
  #known = new Map<string, Known>();
  readonly #rounds: readonly Round[] = [
    { isAnswering: true, atOnce: ANSWERING_AT_ONCE, isBusy: false, begunAt: NEVER },
    { isAnswering: false, atOnce: OTHERS_AT_ONCE, isBusy: false, begunAt: NEVER },
  ];

  /** `file`: a JSON list; whether it is there is looked at each time. */
  constructor(file: string) {
    this.#file = file;
  }

  /** What is known now; asks anew in the background when that is due. */
  view(): FarView {
    const now = performance.now();
    this.#read();
    for (const round of this.#rounds) {
      if (!round.isBusy && now - round.begunAt >= ROUND) void this.#begin(round, now);
    }
    const rows = this.#servers.map((server) => this.#rowOf(server, now));
    return { fault: this.#fault, servers: rows.toSorted(byState) };
  }

  #rowOf({ name, address }: FarServer, now: Millis): FarRow {
    const known = this.#known.get(name) ?? null;
    return {
      name,
      address,
      answer: known?.answer ?? null,
      ageMs: known === null ? null : Math.round(now - known.at),
      heardMs: known === null || known.heardAt === null ? null : Math.round(now - known.heardAt),
    };
  }

  async #begin(round: Round, now: Millis): Promise<void> {
    round.isBusy = true;
    round.begunAt = now;
    const waiting = this.#servers.filter(
      ({ name }) => isHeard(this.#known.get(name)?.answer) === round.isAnswering,
    );
    const lane = async (): Promise<void> => {
      for (let server = waiting.shift(); server !== undefined; server = waiting.shift()) {
        const answer = await askFarServer(server);
        const before = this.#known.get(server.name)?.heardAt ?? null;
        const at = performance.now();
        this.#known.set(server.name, { answer, at, heardAt: isHeard(answer) ? at : before });
      }
    };
    await Promise.all(Array.from({ length: Math.min(round.atOnce, waiting.length) }, lane));
    round.isBusy = false;
  }

  /** Only when the file has changed. */
  #read(): void {
    const facts = statSync(this.#file, { throwIfNoEntry: false });
    const stamp = facts === undefined ? "" : `${facts.ino} ${facts.mtimeMs} ${facts.size}`;
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    const read = facts === undefined ? { servers: [], fault: null } : readList(this.#file);
    this.#fault = read.fault;
    if (read.fault !== null) return;
    this.#servers = read.servers;
    // Whatever was known under an old name or address may be of another server.
    this.#known = new Map();
    for (const round of this.#rounds) round.begunAt = NEVER;
  }
}

function isHeard(answer: FarAnswer | undefined): boolean {
  return answer !== undefined && "title" in answer;
}

function byState(one: FarRow, other: FarRow): number {
  const rank = ({ answer }: FarRow): number => WORST_FIRST.indexOf(answer?.state ?? "none");
  return rank(one) - rank(other) || one.name.localeCompare(other.name, "en", { numeric: true });
}

function readList(file: string): {
  readonly servers: readonly FarServer[];
  readonly fault: string | null;
} {
  try {
    const text = readFileSync(file, "utf8");
    if (text.length > FILE_MAX) return { servers: [], fault: `${file} is too long` };
    const parsed = z.safeParse(list, JSON.parse(text));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return { servers: [], fault: `${file}: ${issue?.path.join(".") ?? ""}: ${issue?.message}` };
    }
    const names = new Set(parsed.data.map(({ name }) => name));
    const isTwice = names.size < parsed.data.length;
    return { servers: parsed.data, fault: isTwice ? `${file}: a name stands there twice` : null };
  } catch (error) {
    return { servers: [], fault: `${file}: ${error instanceof Error ? error.message : "?"}` };
  }
}
