import * as z from "zod/mini";
import { CHAT_ADDRESS } from "../base/chat-address.ts";
import { about, absolutePath } from "../monitors/fields.ts";
import { chatBody, TEMPLATES } from "./chat-body.ts";
import { type Complaint, defineDestination } from "./define.ts";
import { hostOf, plainOf, secretPlace, secretUrl, urlOf } from "./secret-fields.ts";

const HEADERS_MOST = 50;

const params = z.strictObject({
  url: about(
    "Where it is sent by POST: an address, or `{ file: … }` or `{ env: … }` with one, because whoever knows the address of a chat may write there",
    secretUrl(),
  ),
  template: about(
    "What is sent: `json` is all that is known of the event; the others are what a chat tool of this name shows",
    z._default(z.enum(TEMPLATES), "json"),
  ),
  sign: about(
    "Secret with which each request is signed (HMAC-SHA-256 of time, a dot and the body), in the header `X-SoloSafe-Signature: t=…,v1=…`",
    z.optional(secretPlace()),
  ),
  token: about("Secret that goes along as `Authorization: Bearer`", z.optional(secretPlace())),
  headers: about(
    "More headers, by name",
    z._default(
      z
        .record(
          z.string().check(
            z.regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, {
              error: "this is not the name of a header",
            }),
          ),
          z
            .string()
            .check(z.maxLength(8000), z.regex(/^[^\0\r\n]*$/, { error: "a header is one line" })),
        )
        .check(z.refine((all) => Object.keys(all).length <= HEADERS_MOST)),
      {},
    ),
  ),
  ca: about(
    "File of the authorities whose certificates are trusted; default: those that this server trusts",
    z.optional(absolutePath()),
  ),
  verify: about(
    "`false`: any certificate is taken, so whoever is between can read along",
    z._default(z.boolean(), true),
  ),
});
type Params = z.output<typeof params>;

function check({ url, verify, token, sign }: Params): readonly Complaint[] {
  const found: Complaint[] = [];
  const plain = plainOf(url);
  if (plain !== null && plain.search(CHAT_ADDRESS) >= 0) {
    found.push({
      key: "url",
      what: "whoever reads this file may write into that chat",
      hint: "Write the address into a file that only root can read, and `url: { file: /etc/solosafe/chat.url }`.",
      isWarning: true,
    });
  }
  const isOpen =
    plain?.startsWith("http:") === true && !/^http:\/\/(?:127\.|localhost|\[::1\])/.test(plain);
  if (isOpen && (token !== undefined || sign !== undefined)) {
    found.push({
      key: "url",
      what: "what is told and the token go over the network as they are",
      hint: "Write `https://`.",
      isWarning: true,
    });
  }
  if (!verify && plain?.startsWith("http:") !== true) {
    found.push({
      key: "verify",
      what: "any certificate is taken, so whoever is between can read along",
      hint: "Name the authority with `ca` instead.",
      isWarning: true,
    });
  }
  return found;
}

/** A request to a web server, as JSON or as a chat tool wants it. */
export const webhook = defineDestination({
  name: "webhook",
  title: "Webhook",
  tells:
    "Each event as a request to a web server, as JSON or as Slack, Mattermost, Teams, Discord or Google Chat want it.",
  cannotTell:
    "It is not known whether a person sees it; what breaks off in the middle is sent again and may arrive twice.",
  params,
  example: "{ type: webhook, url: { file: /etc/solosafe/chat.url }, template: slack }",
  defaults: { events: "urgent", perMinute: 20 },
  secrets: ({ url, sign, token }) => ({
    ...(typeof url === "string" ? {} : { url }),
    ...(sign === undefined ? {} : { sign }),
    ...(token === undefined ? {} : { token }),
  }),
  links: ({ url }) => ({ command: null, place: hostOf(url) }),
  check,
  dispatch: ({ url, template, headers, ca, verify }, notice, { secrets }) => {
    const { token, sign } = secrets;
    return {
      kind: "http",
      method: "POST",
      url: urlOf(url, secrets["url"]),
      headers: {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "solosafe",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: JSON.stringify(chatBody(template, notice)),
      signWith: sign ?? null,
      answer: null,
      ca: ca ?? null,
      isVerified: verify,
    };
  },
});
