import * as z from "zod/mini";
import { HOUR, SECOND } from "../base/duration.ts";
import type { Upload } from "../base/upload.ts";
import { about, absolutePath, duration, line } from "../monitors/fields.ts";
import type { KeyPath } from "./document.ts";
import type { Report } from "./report.ts";

const EXPECTED =
  "an address that begins with `https://` or `sftp://` is needed here, without a password";
/** A name or an address; it is given to a program, and never begins with `-`. */
const HOST = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])$/;
/** What may stand before `@`: it is given to a program, too. */
const USER = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,63})?$/;

/** Where `logs collect --upload` sends an archive to. */
export const logUpload = z.strictObject({
  to: about(
    "`https://…`, or `sftp://user@host/folder` with the program `sftp`",
    line(2000).check(z.refine(isDestination, { error: EXPECTED })),
  ),
  method: about(
    "How an `https` destination takes it: `PUT` or `POST`; after a `/` at the end of `to` the file's name is added",
    z.optional(z.enum(["PUT", "POST"])),
  ),
  token: about(
    "A file that holds nothing but the token; it goes along as `Authorization: Bearer` (`https`)",
    z.optional(z.strictObject({ file: about("The file", absolutePath()) })),
  ),
  ca: about(
    "File of the authorities whose certificates are trusted (`https`); default: those that this server trusts",
    z.optional(absolutePath()),
  ),
  key: about(
    "File with the private key (`sftp`); default: those of the account that collects",
    z.optional(absolutePath()),
  ),
  "known-hosts": about(
    "File with the host's public key (`sftp`), as known_hosts(5) says; default: those of the account that collects. A host that is not known is refused",
    z.optional(absolutePath()),
  ),
  timeout: about(
    "A transfer that takes longer is given up; so is one that stands still for a minute",
    z.prefault(duration(10 * SECOND, 24 * HOUR), "1h"),
  ),
});

/** Reports keys that belong to the other kind of destination. */
export function loadUpload(
  report: Report,
  path: KeyPath,
  given: z.output<typeof logUpload>,
): Upload {
  const { to, timeout: timeoutMs } = given;
  const url = new URL(to);
  const isSftp = url.protocol === "sftp:";
  const foreign = isSftp ? (["method", "token", "ca"] as const) : (["key", "known-hosts"] as const);
  for (const key of foreign) {
    if (given[key] === undefined) continue;
    const what = `this is for a destination by ${isSftp ? "`https`" : "`sftp`"}`;
    report.error([...path, key], { code: "config/unknown-key", what, at: "key" });
  }
  if (!isSftp) {
    const { method = "PUT", token, ca = null } = given;
    return { by: "https", to, timeoutMs, method, tokenFile: token?.file ?? null, ca };
  }
  return {
    by: "sftp",
    to,
    timeoutMs,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? null : Number(url.port),
    user: url.username === "" ? null : url.username,
    folder: folderOf(url.pathname),
    key: given.key ?? null,
    knownHosts: given["known-hosts"] ?? null,
  };
}

/** `/~/` is the folder after the login, as in other programs. */
function folderOf(pathname: string): string {
  const path = decodeURIComponent(pathname).replace(/^\/~(?:\/|$)/, "");
  return path === "" || path.endsWith("/") ? path : `${path}/`;
}

function isDestination(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, password, username, hostname, pathname } = new URL(text);
  if (password !== "" || !HOST.test(hostname)) return false;
  if (protocol === "https:") return username === "";
  return protocol === "sftp:" && USER.test(username) && isPath(pathname);
}

function isPath(pathname: string): boolean {
  try {
    // What ends a line would end a command of sftp.
    return !/\p{Cc}/u.test(decodeURIComponent(pathname));
  } catch {
    return false;
  }
}
