import * as z from "zod/mini";
import { isLinkLocal, parseAddress } from "../base/ip-address.ts";
import { MINUTE, SECOND } from "../base/duration.ts";
import { ECHO_METHODS } from "../ports/ping.ts";
import { type Complaint, NO_LINKS, defineMonitor } from "./define.ts";
import { about, count, duration } from "./fields.ts";
import { interfaceName } from "./link.ts";
import { createPing } from "./ping-probe.ts";

const TARGETS_MOST = 16;
const NAME = /^(?=.{1,253}\.?$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/;
const ANCHOR = /^(?:\[[0-9A-Fa-f:.%a-z]+\]|[A-Za-z0-9_.-]+):[1-9]\d{0,4}$/;

function target() {
  return z.string().check(
    z.refine((text) => parseAddress(text) !== null || isName(text), {
      error: "an address, a name or the word `gateway` is needed here",
    }),
  );
}

/** Digits and dots alone are an address that was mistyped. */
function isName(text: string): boolean {
  return NAME.test(text) && !/^[\d.]+$/.test(text) && !text.includes("..");
}

const params = z.strictObject({
  addresses: about(
    "Addresses or names to ping; `gateway` stands for the default gateways of the moment",
    z.array(target()).check(z.minLength(1), z.maxLength(TARGETS_MOST)),
  ),
  require: about(
    "Whether `all` of them must answer, or `any` one is enough",
    z._default(z.enum(["all", "any"]), "all"),
  ),
  interface: about("Network interface to ping through", z.optional(interfaceName())),
  source: about(
    "Own address to ping from",
    z.optional(
      z.string().check(
        z.refine((text) => parseAddress(text) !== null, {
          error: "an address is needed here, such as `192.0.2.1`",
        }),
      ),
    ),
  ),
  packets: about(
    "So many are sent, each when the one before was not answered; one answer is enough",
    z._default(count(1, 10), 3),
  ),
  wait: about("How long each answer is waited for", z._default(duration(10, 10 * SECOND), SECOND)),
  anchor: about(
    "Address or name with a TCP port, such as `192.0.2.53:53`, that shows that the network works where pings are dropped; asked only when something does not answer",
    z.optional(
      z.string().check(
        z.regex(ANCHOR, {
          error: "an address and a port are needed here, such as `192.0.2.53:53`",
        }),
      ),
    ),
  ),
  method: about(
    "`socket`: an ICMP socket of the agent's own; `program`: the ping program; `auto`: the socket where it is permitted, else the program",
    z._default(z.enum(ECHO_METHODS), "auto"),
  ),
});
type Params = z.output<typeof params>;

function shortForm(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value === "string") return { addresses: [value] };
  return Array.isArray(value) ? { addresses: value } : null;
}

function check(given: Params): readonly Complaint[] {
  const complaints: Complaint[] = [];
  const source = given.source === undefined ? null : parseAddress(given.source);
  for (const text of given.addresses) {
    const address = parseAddress(text);
    if (address === null) continue;
    if (isLinkLocal(address) && address.zone === null && given.interface === undefined) {
      complaints.push({
        key: "addresses",
        what: `${text} means nothing without its interface`,
        hint: `Write it as \`${text}%eth0\`.`,
      });
    }
    if (source !== null && source.family !== address.family) {
      complaints.push({
        key: "source",
        what: `from ${given.source} nobody can ping ${text}: one is IPv4, the other IPv6`,
        hint: null,
      });
    }
  }
  return complaints;
}

export const ping = defineMonitor({
  name: "ping",
  title: "IP reachability",
  detects:
    "Addresses that do not answer pings, and whose fault that is: this server's own link, the cable or switch, the gateway, or something beyond it; only a fault of the own link is acted upon.",
  cannotDetect:
    "Whether a program behind the address serves anybody: the kernel there answers in its name.",
  params,
  shortForm,
  shortExample: "gateway",
  defaults: {
    intervalMs: MINUTE / 2,
    timeoutMs: 10 * SECOND,
    retries: 2,
    finalAction: "none",
  },
  isEventDriven: () => false,
  links: () => NO_LINKS,
  check,
  createProbe: (given) =>
    createPing({
      addresses: given.addresses,
      isAnyEnough: given.require === "any",
      interface: given.interface ?? null,
      source: given.source ?? null,
      packets: given.packets,
      waitMs: given.wait,
      anchor: given.anchor ?? null,
      method: given.method,
    }),
});
