import type { EventRecord } from "../api/answers.ts";
import type { StreamLine } from "../api/contract.ts";
import { type History, NUMBERS_LEFT_OUT } from "./history.ts";

const PAGE = 500;
/** Events that come while the past is still being read; a reader behind more than that skips. */
const BACKLOG_MAX = 5000;

/**
 * Sends what happened after `after` (nothing of the past when it is null), then each event as it
 * happens, in order and once. Numbers that are no longer there are said as `skipped`.
 */
export function followEvents(
  history: History,
  after: number | null,
  send: (line: StreamLine) => void,
): { readonly stop: () => void } {
  let sent = after ?? history.lastSeq;
  let backlog: EventRecord[] | null = [];
  let isStopped = false;
  const unsubscribe = history.subscribe((event) => {
    if (backlog === null) deliver(event);
    else if (backlog.length < BACKLOG_MAX) backlog.push(event);
  });

  function deliver(event: EventRecord): void {
    if (isStopped || event.seq <= sent) return;
    if (event.seq > sent + 1) send(skipped(sent + 1, event.seq - 1));
    sent = event.seq;
    send({ type: "event", event });
  }

  async function catchUp(): Promise<void> {
    for (let isMore = after !== null; isMore && !isStopped; ) {
      const { events } = await history.page(sent, PAGE, null);
      for (const event of events) deliver(event);
      isMore = events.length === PAGE;
    }
    for (const event of backlog ?? []) deliver(event);
    backlog = null;
  }
  // Pages never reject: what cannot be read is skipped.
  void catchUp();

  return {
    stop: () => {
      isStopped = true;
      unsubscribe();
    },
  };
}

/** Where numbers were left out nobody knows how many events there were. */
function skipped(from: number, to: number): StreamLine {
  const count = to - from + 1;
  return { type: "skipped", from, to, count: count < NUMBERS_LEFT_OUT / 2 ? count : null };
}
