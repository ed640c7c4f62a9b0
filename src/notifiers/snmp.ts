import * as z from "zod/mini";
import type { Notice, SnmpDispatch, SnmpVarbind } from "../base/destination.ts";
import { fnv1a } from "../base/fnv.ts";
import { about, hostName, line, port } from "../monitors/fields.ts";
import { type Complaint, defineDestination } from "./define.ts";
import { secretPlace } from "./secret-fields.ts";
import {
  notificationOid,
  objectOid,
  type SnmpObject,
  SNMP_SEVERITIES,
  SNMP_TEST,
  SNMP_WELL,
} from "./snmp-mib.ts";

/** RFC 3414, 11.2: shorter ones are guessed. */
const PASSWORD_LEAST = 8;
/** RFC 3411, SnmpEngineID: with `4` a text of at most 27 bytes follows. */
const ENGINE_BY_TEXT = "80001f8804";
const ENGINE_TEXT_MOST = 27;
/** Bytes; so that all of it is one packet nearly everywhere. */
const TEXT_MOST = { server: 128, module: 64, event: 64, incident: 64, message: 512, whatToDo: 255 };

const params = z.strictObject({
  host: about("Who listens: name or address", hostName()),
  port: about("UDP port", z._default(port(), 162)),
  version: about("`v2c`, or `v3` with a user", z._default(z.enum(["v2c", "v3"]), "v2c")),
  community: about("`v2c`: the community; default: `public`", z.optional(secretPlace())),
  inform: about(
    "`true`: the listener has to confirm each one, and what was not confirmed is sent again; `false`: a trap, of which nobody knows whether it arrived",
    z._default(z.boolean(), false),
  ),
  user: about("`v3`: name of the user", z.optional(line(32))),
  auth: about(
    "`v3`: how messages are signed, with `auth-password`",
    z._default(z.enum(["sha256", "sha512", "sha384", "sha224", "sha", "md5"]), "sha256"),
  ),
  "auth-password": about("`v3`: at least 8 characters", z.optional(secretPlace())),
  "privacy-password": about(
    "`v3`: at least 8 characters; messages are encrypted with it (AES-128, which every listener knows)",
    z.optional(secretPlace()),
  ),
  "engine-id": about(
    "`v3` traps: who speaks, in hexadecimal, its own for each server; default: `80001f8804` and the bytes of the server's name. Whoever listens has to know it",
    z.optional(
      z.string().check(
        z.regex(/^(?:[0-9a-f]{2}){5,32}$/i, {
          error: "10 to 64 hexadecimal digits are needed here, without `0x`",
        }),
      ),
    ),
  ),
});
type Params = z.output<typeof params>;

const V3_KEYS = ["user", "auth-password", "privacy-password", "engine-id"] as const;

function check(given: Params): readonly Complaint[] {
  const complain = (key: string, what: string, hint: string | null = null): Complaint[] => [
    { key, what, hint },
  ];
  if (given.version === "v2c") {
    const foreign = V3_KEYS.find((key) => given[key] !== undefined);
    return foreign === undefined ? [] : complain(foreign, "this is for `version: v3`");
  }
  if (given.community !== undefined) return complain("community", "this is for `version: v2c`");
  if (given.user === undefined) return complain("version", "`v3` needs a user", "Add `user`.");
  const hasAuth = given["auth-password"] !== undefined;
  if (given["privacy-password"] !== undefined && !hasAuth) {
    const hint = "Add `auth-password: { file: /etc/solosafe/snmp.auth }`.";
    return complain("privacy-password", "what is not signed cannot be encrypted", hint);
  }
  if (hasAuth) return [];
  const what = "nothing is signed, so anybody can send the same";
  const hint = "Add `auth-password: { file: /etc/solosafe/snmp.auth }`.";
  return [{ key: "user", what, hint, isWarning: true }];
}

/** The name under which this server signs, as snmptrapd.conf(5) wants it, without `0x`. */
export function engineIdOf(configured: string | undefined, server: string): string {
  if (configured !== undefined) return configured.toLowerCase();
  const text = Buffer.from(server);
  if (text.length <= ENGINE_TEXT_MOST) {
    return `${ENGINE_BY_TEXT}${text.toString("hex")}`;
  }
  const mark = fnv1a(server).toString(16).padStart(8, "0");
  const kept = text.subarray(0, ENGINE_TEXT_MOST - mark.length);
  return `${ENGINE_BY_TEXT}${kept.toString("hex")}${Buffer.from(mark).toString("hex")}`;
}

/** Everything went back to normal with it. */
function isWell({ id, openIncidents }: Notice): boolean {
  return id === "incident-ended" && openIncidents === 0;
}

function numberOf(notice: Notice): number {
  if (notice.isTest) return SNMP_TEST;
  return isWell(notice) ? SNMP_WELL : SNMP_SEVERITIES[notice.severity];
}

function varbindsOf(notice: Notice): readonly SnmpVarbind[] {
  const { title, server, number, openIncidents, wall } = notice;
  const text = (name: SnmpObject & keyof typeof TEXT_MOST, value: string): SnmpVarbind => ({
    oid: objectOid(name),
    type: "text",
    value: cut(value, TEXT_MOST[name]),
  });
  return [
    text("server", title === "" ? server : `${title} (${server})`),
    text("module", notice.module),
    text("event", notice.id),
    { oid: objectOid("severity"), type: "integer", value: SNMP_SEVERITIES[notice.severity] },
    text("message", notice.message.replaceAll("`", "")),
    text("incident", notice.incident ?? ""),
    { oid: objectOid("time"), type: "time", value: wall },
    text("whatToDo", notice.whatToDo.replaceAll("`", "")),
    { oid: objectOid("number"), type: "unsigned", value: number % 2 ** 32 },
    { oid: objectOid("openIncidents"), type: "unsigned", value: openIncidents },
  ];
}

/** At most so many bytes, and never half a character. */
function cut(text: string, bytesMost: number): string {
  if (Buffer.byteLength(text) <= bytesMost) return text;
  const kept = Buffer.from(text).subarray(0, bytesMost - 3);
  return `${kept.toString().replace(/\uFFFD+$/, "")}…`;
}

function password(secrets: Readonly<Record<string, string>>, name: string): string | null {
  const secret = secrets[name];
  if (secret === undefined) return null;
  if (secret.length >= PASSWORD_LEAST) return secret;
  throw new Error(`the ${name} has fewer than ${PASSWORD_LEAST} characters`);
}

function speakerOf(
  given: Params,
  server: string,
  secrets: Readonly<Record<string, string>>,
): SnmpDispatch["speaker"] {
  if (given.version === "v2c") return { community: secrets["community"] ?? "public" };
  const auth = password(secrets, "auth-password");
  const privacy = password(secrets, "privacy-password");
  return {
    user: given.user ?? "",
    auth: auth === null ? null : { protocol: given.auth, password: auth },
    privacy: privacy === null ? null : { protocol: "aes", password: privacy },
    engineId: engineIdOf(given["engine-id"], server),
  };
}

/** A notification to a network management system, or a warning lamp. */
export const snmp = defineDestination({
  name: "snmp",
  title: "SNMP",
  tells:
    "Each event as an SNMP notification, `v2c` or `v3`, as `config/snmp/SOLOSAFE-MIB.txt` describes it; many warning lamps listen to these.",
  cannotTell: "Nobody knows whether a trap arrived; of an inform it is known.",
  params,
  example: "{ type: snmp, host: nms.example.org }",
  defaults: { events: "urgent", perMinute: 60 },
  secrets: ({ community, "auth-password": auth, "privacy-password": privacy }) => ({
    ...(community === undefined ? {} : { community }),
    ...(auth === undefined ? {} : { "auth-password": auth }),
    ...(privacy === undefined ? {} : { "privacy-password": privacy }),
  }),
  links: (given) => ({ command: null, place: `${given.host}:${given.port}` }),
  check,
  dispatch: (given, notice, { secrets }) => ({
    kind: "snmp",
    host: given.host,
    port: given.port,
    isInform: given.inform,
    speaker: speakerOf(given, notice.server, secrets),
    notification: notificationOid(numberOf(notice)),
    varbinds: varbindsOf(notice),
  }),
});
