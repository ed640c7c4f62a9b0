/**
 * The link monitor in the namespace it is started in, as the agent would run it:
 *
 *     node watch-links.ts '{"interfaces": ["eth0"]}'
 *
 * Writes a line for each news with the probe's result, and one for each line on stdin.
 */
import { createInterface } from "node:readline";
import { createLinkFacts } from "../../src/host/link-facts.ts";
import { LinkNews } from "../../src/host/link-news.ts";
import { link } from "../../src/monitors/link.ts";
import { fakeHost, probeOf } from "../monitors/fake-host.ts";

const params = JSON.parse(process.argv[2] ?? "{}") as { interfaces: string[] };
const probe = probeOf(link, params);
const host = fakeHost(createLinkFacts());
const news = new LinkNews();
let count = 0;

async function tell(source: string | null, asked: boolean): Promise<void> {
  const { signal } = new AbortController();
  const beganAt = performance.now();
  const result = await probe({ host, monitor: "m", timeoutMs: 10_000, signal });
  const tookMs = performance.now() - beganAt;
  process.stdout.write(`${JSON.stringify({ source, asked, count, tookMs, ...result })}\n`);
}

let isProbing = false;
let isDue = false;

/** One probe at a time, and one more for all that was news meanwhile. */
async function take(source: string): Promise<void> {
  count += 1;
  isDue = true;
  if (isProbing) return;
  isProbing = true;
  while (isDue) {
    isDue = false;
    await tell(source, false);
  }
  isProbing = false;
}

news.onNews((source) => void take(source));
news.watch(new Set(params.interfaces.map((name) => `link:${name}`)));
createInterface({ input: process.stdin }).on("line", () => void tell(null, true));
void tell(null, true);
