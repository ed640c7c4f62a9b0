import type {
  Delivered,
  Dispatch,
  PreparedDestination,
  QueuedNotice,
  SenderPlaces,
} from "../base/destination.ts";
import { type Millis, MINUTE } from "../base/duration.ts";
import { type Attempt, POST_VERSION } from "../base/post.ts";
import type { ReadDestination } from "../notifiers/define.ts";
import { DESTINATION_TYPES } from "../notifiers/registry.ts";
import { deliver } from "./deliver.ts";
import { oneLine } from "./one-line.ts";
import { readSecret, withoutSecrets } from "./read-secret.ts";
import type { Carrier } from "./sender-carrier.ts";
import { type Round, tryItem } from "./sender-round.ts";

const PAUSE_MOST: Millis = 10 * MINUTE;
/** What was refused so often may be refused for what it says: others are not held back for it. */
const HOLDS_BACK: number = 3;

/** Notices to one destination. Throws where the configuration is of another version. */
export function openNoticeCarrier(
  prepared: PreparedDestination,
  places: SenderPlaces,
): Carrier<QueuedNotice> {
  const read = DESTINATION_TYPES.get(prepared.type)?.read(prepared.params);
  if (read?.ok !== true) throw new Error(`the destination ${prepared.name} cannot be read`);
  return new NoticeCarrier(prepared, read.value, places);
}

class NoticeCarrier implements Carrier<QueuedNotice> {
  readonly #prepared: PreparedDestination;
  readonly #read: ReadDestination;
  readonly #places: SenderPlaces;
  /** Nobody is there, so the others of this run are not tried. */
  #halted: Attempt | null = null;

  constructor(prepared: PreparedDestination, read: ReadDestination, places: SenderPlaces) {
    this.#prepared = prepared;
    this.#read = read;
    this.#places = places;
  }

  /** As they happened; who waits for a test is served first. */
  readonly compare = (one: QueuedNotice, other: QueuedNotice): number =>
    Number(other.isTest) - Number(one.isTest) ||
    one.createdWall - other.createdWall ||
    one.notice.number - other.notice.number;

  readonly carry = async (item: QueuedNotice, wall: Millis): Promise<Round<QueuedNotice>> => {
    const { keepTryingMs } = this.#prepared;
    const ways = { servers: [this.#read.links.place], keepTryingMs, pauseMostMs: PAUSE_MOST };
    return await tryItem(item, ways, wall, async (place, to) => {
      if (this.#halted !== null && !item.isTest) return this.#halted;
      const { retryAfterMs, ...fault } = (await this.#offer(item, wall)) ?? {};
      if (!("why" in fault)) return { server: place, taken: to, faults: [] };
      const asked = retryAfterMs === undefined ? {} : { retryAfterMs };
      const attempt = { server: place, taken: [], faults: [{ ...fault, to: null }], ...asked };
      const isOwn = fault.step === "message" && item.tries >= HOLDS_BACK;
      if (!fault.isFinal && (!isOwn || retryAfterMs !== undefined)) this.#halted = attempt;
      return attempt;
    });
  };

  readonly lost = (wall: Millis): QueuedNotice | null => {
    const { name, lost } = this.#prepared;
    if (lost === null) return null;
    return {
      v: POST_VERSION,
      id: `lost-${wall.toString(36)}`,
      subject: lost.id,
      urgency: "critical",
      createdWall: wall,
      to: [name],
      isTest: false,
      tries: 0,
      nextWall: wall,
      notice: { ...lost, wall },
    };
  };

  async #offer(item: QueuedNotice, wall: Millis): Promise<Delivered> {
    const secrets: Record<string, string> = {};
    for (const [name, place] of Object.entries(this.#read.secrets)) {
      const secret = await readSecret(place, name);
      if (typeof secret !== "string") return secret;
      secrets[name] = secret;
    }
    const dispatch = this.#dispatch(item, { wall, secrets });
    if (dispatch === null || "why" in dispatch) return dispatch;
    const delivered = await deliver(dispatch, this.#prepared.timeoutMs, this.#places);
    if (delivered === null) return null;
    return { ...delivered, why: withoutSecrets(delivered.why, Object.values(secrets)) };
  }

  /** What a destination throws, because a secret is none that it can use, is no way to send. */
  #dispatch(
    { notice }: QueuedNotice,
    context: Parameters<ReadDestination["dispatch"]>[1],
  ): Dispatch | NonNullable<Delivered> | null {
    try {
      return this.#read.dispatch(notice, context);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      const why = oneLine(withoutSecrets(said, Object.values(context.secrets)));
      return { step: "password", isFinal: false, why, hint: null };
    }
  }
}
