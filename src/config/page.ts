import * as z from "zod/mini";
import { DAY, type Millis, MINUTE, SECOND } from "../base/duration.ts";
import { parseNetwork } from "../base/network.ts";
import { about, absolutePath, duration, port } from "../monitors/fields.ts";

/** Where the page is, and for whom. */
export interface LoadedPage {
  readonly port: number;
  /** Null: as soon as somebody has a password. */
  readonly isPublic: boolean | null;
  /** Empty: everybody may connect, where it is public at all. */
  readonly allow: readonly string[];
  /** Null: our own. */
  readonly certificate: { readonly file: string; readonly key: string } | null;
  readonly sessionMs: Millis;
  readonly sessionIdleMs: Millis;
  /** The web program ends when nobody asked for so long. */
  readonly idleMs: Millis;
  readonly editsScripts: boolean;
}

const ALLOW_MAX = 256;
const NETWORK_EXPECTED =
  "an address or a network is needed here, such as `192.0.2.7` or `10.0.0.0/8`";

function network() {
  return z
    .string({ error: NETWORK_EXPECTED })
    .check(z.refine((text) => parseNetwork(text) !== null, { error: NETWORK_EXPECTED }));
}

const certificate = z.strictObject({
  file: about("The certificate and those it was issued by, as PEM", absolutePath()),
  key: about(
    "Its private key, as PEM; the web program's account must be able to read it",
    absolutePath(),
  ),
});

/** The page in a browser. */
export const page = z.strictObject({
  port: about("Where it listens", z._default(port(), 29_003)),
  public: about(
    "`true`: from every address, with HTTPS; `false`: from this server only; default: from every address as soon as somebody has a password",
    z.optional(z.boolean()),
  ),
  allow: about(
    "Addresses and networks that may connect; this server itself always may; default: all",
    z._default(z.array(network()).check(z.maxLength(ALLOW_MAX)), []),
  ),
  certificate: about("Your own certificate; default: one that is made", z.optional(certificate)),
  "session-time": about(
    "Who signed in signs in again after this long at the latest",
    z.prefault(duration(5 * MINUTE, 90 * DAY), "12h"),
  ),
  "session-idle": about(
    "Who asked for nothing for this long signs in again",
    z.prefault(duration(MINUTE, 90 * DAY), "1h"),
  ),
  idle: about(
    "The web program ends when nobody asked for so long; it is started by the next who asks",
    z.prefault(duration(30 * SECOND, DAY), "10m"),
  ),
  "edit-scripts": about(
    "`true`: an administrator on the page may change what is run, which makes an administrator on the page as powerful as root",
    z._default(z.boolean(), false),
  ),
});

export function loadPage(given: z.output<typeof page>): LoadedPage {
  return {
    port: given.port,
    isPublic: given.public ?? null,
    allow: given.allow,
    certificate: given.certificate ?? null,
    sessionMs: given["session-time"],
    sessionIdleMs: given["session-idle"],
    idleMs: given.idle,
    editsScripts: given["edit-scripts"],
  };
}
