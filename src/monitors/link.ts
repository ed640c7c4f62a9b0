import * as z from "zod/mini";
import { MINUTE, SECOND } from "../base/duration.ts";
import type { LinkDevice, LinkFacts, LinkHost } from "../ports/link.ts";
import {
  NO_LINKS,
  type Probe,
  type ProbeResult,
  defineMonitor,
  failed,
  ok,
  unknown,
  warning,
} from "./define.ts";
import { about, SPANS } from "./fields.ts";
import { whyUnusable } from "./link-fault.ts";

const INTERFACES_MOST = 256;
/** So many reasons are told in full. */
const REASONS_MOST = 4;
const SPEED_EXPECTED = "a speed with its unit is needed here, such as `100M` or `2.5G`";

/** The name of a network interface. */
export function interfaceName() {
  return z.string().check(
    // dev_valid_name() of the kernel; other characters than these would only be mistakes.
    z.regex(/^(?!\.{1,2}$)[!-.0-9;-~]{1,15}$/, {
      error: "an interface name has 1 to 15 characters without space, `/` and `:`",
    }),
  );
}

/** Bits per second as text (`100M`, `2.5G`), in Mbit/s when read. */
function speed() {
  const schema = z.pipe(
    z
      .string({ error: SPEED_EXPECTED })
      .check(z.regex(/^(?:[1-9]\d{0,5}M|[1-9]\d{0,2}(?:\.[1-9])?G)$/, { error: SPEED_EXPECTED })),
    z.transform((text: string) => Number.parseFloat(text) * (text.endsWith("G") ? 1000 : 1)),
  );
  SPANS.add(schema, { write: formatSpeed, limits: "1M to 999.9G" });
  return schema;
}

function formatSpeed(mbits: number): string {
  return mbits >= 1000 && mbits % 100 === 0 ? `${mbits / 1000}G` : `${mbits}M`;
}

const params = z.strictObject({
  interfaces: about(
    "Names of the network interfaces, such as `eth0`",
    z.array(interfaceName()).check(z.minLength(1), z.maxLength(INTERFACES_MOST)),
  ),
  require: about(
    "Whether `all` of them must be usable, or `any` one is enough",
    z._default(z.enum(["all", "any"]), "all"),
  ),
  "min-speed": about("A slower link is a failure, in bits per second", z.optional(speed())),
});
type Params = z.output<typeof params>;

function shortForm(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value === "string") return { interfaces: [value] };
  return Array.isArray(value) ? { interfaces: value } : null;
}

/** What is remembered of an interface, to say later what became of it. */
interface Seen {
  readonly index: number;
  readonly device: LinkDevice | null;
}

function createProbe(given: Params): Probe {
  const seen = new Map<string, Seen>();
  const least = given["min-speed"] ?? null;
  return async ({ host }) => {
    const speeds = least === null ? null : await readSpeeds(host, given.interfaces, seen);
    // Read after the last wait: what the kernel tells while we wait starts no second probe.
    const results = given.interfaces.map((name) => judge(host, name, seen, speeds, least));
    return given.require === "all" ? allOf(results) : anyOf(results);
  };
}

/** By configured name, also of an interface that was renamed. */
async function readSpeeds(
  host: LinkHost,
  names: readonly string[],
  seen: ReadonlyMap<string, Seen>,
): Promise<ReadonlyMap<string, number | null>> {
  const pairs = names.map(async (name) => {
    const facts = find(host, name, seen.get(name));
    const value = facts === null ? null : await host.readLinkSpeed(facts.name);
    return [name, value] as const;
  });
  return new Map(await Promise.all(pairs));
}

/** The interface of this name, or the one that had it; null when there is none. */
function find(host: LinkHost, name: string, before: Seen | undefined): LinkFacts | null {
  const read = host.readLink(name);
  if (!read.ok || read.value !== null) return read.ok ? read.value : null;
  const newName = before === undefined ? null : host.linkName(before.index);
  const renamed = newName === null ? null : host.readLink(newName);
  return renamed?.ok === true && renamed.value?.index === before?.index ? renamed.value : null;
}

function judge(
  host: LinkHost,
  name: string,
  seen: Map<string, Seen>,
  speeds: ReadonlyMap<string, number | null> | null,
  least: number | null,
): ProbeResult {
  const read = host.readLink(name);
  if (!read.ok) return unknown(`sysfs says nothing about \`${name}\`: ${read.problem.message}`);
  const before = seen.get(name);
  const facts = read.value ?? find(host, name, before);
  if (facts === null) return failed(whereItWent(host, name, before));
  seen.set(name, { index: facts.index, device: facts.device });
  const shown = facts.name === name ? `\`${name}\`` : `\`${name}\`, now named \`${facts.name}\`,`;
  const fault = whyUnusable(host, facts, shown);
  if (fault !== null) return failed(fault);
  if (least !== null) {
    const slow = judgeSpeed(shown, speeds?.get(name) ?? null, least);
    if (slow !== null) return slow;
  }
  if (facts.name === name) return ok(`${shown} has a link`);
  return warning(
    `\`${name}\` was renamed to \`${facts.name}\` and has a link; it is looked for by its new ` +
      "name after a restart of the agent only if the configuration says so",
  );
}

function whereItWent(host: LinkHost, name: string, before: Seen | undefined): string {
  if (before === undefined) return `there is no interface \`${name}\``;
  if (before.device === null) return `\`${name}\` is gone`;
  const device = host.readLinkDevice(before.device.path);
  if (device === null) return `\`${name}\` is gone together with its device`;
  const { driver } = before.device;
  if (device.driver !== null) return `\`${name}\` is gone, although its driver is loaded`;
  return driver === null
    ? `\`${name}\` is gone: no driver serves its device`
    : `\`${name}\` is gone: its driver \`${driver}\` was unloaded`;
}

function judgeSpeed(shown: string, mbits: number | null, least: number): ProbeResult | null {
  if (mbits === null) return unknown(`${shown} has a link, but its driver does not tell its speed`);
  if (mbits >= least) return null;
  return failed(
    `${shown} runs at ${formatSpeed(mbits)}bit/s, at least ${formatSpeed(least)}bit/s is expected`,
  );
}

const OUTCOMES = ["failed", "unknown", "warning", "ok"] as const;

/** The worst of them, with the reasons of all that are as bad. */
function allOf(results: readonly ProbeResult[]): ProbeResult {
  const outcome = OUTCOMES.find((one) => results.some((result) => result.outcome === one)) ?? "ok";
  return { outcome, reason: join(results.filter((result) => result.outcome === outcome)) };
}

/** Usable while one is; that others are not is a warning, because nothing stands in for it any more. */
function anyOf(results: readonly ProbeResult[]): ProbeResult {
  const usable = results.filter(({ outcome }) => outcome === "ok" || outcome === "warning");
  const rest = results.filter((result) => !usable.includes(result));
  if (usable.length === 0) return allOf(results.some(isUnknown) ? rest.filter(isUnknown) : rest);
  if (rest.length === 0) return allOf(usable);
  return warning(`${join(rest)}; ${join(usable)}`);
}

function isUnknown({ outcome }: ProbeResult): boolean {
  return outcome === "unknown";
}

function join(results: readonly ProbeResult[]): string {
  const shown = results.slice(0, REASONS_MOST).map(({ reason }) => reason);
  const more = results.length - shown.length;
  return shown.join("; ") + (more > 0 ? `; and ${more} more` : "");
}

export const link = defineMonitor({
  name: "link",
  title: "Network link",
  detects:
    "A network interface without carrier, switched off, gone, renamed, without its driver or too slow; the kernel tells it at once.",
  cannotDetect: "A network that is dead behind the cable: that is seen by `ping`.",
  params,
  shortForm,
  shortExample: "eth0",
  defaults: {
    intervalMs: MINUTE / 2,
    timeoutMs: 10 * SECOND,
    retries: 2,
    finalAction: "none",
  },
  isEventDriven: () => true,
  links: (given) => ({
    ...NO_LINKS,
    wakes: given.interfaces.map((name) => `link:${name}`),
  }),
  createProbe,
});
