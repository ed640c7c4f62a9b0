import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** One file of the page, in memory: it is served while the disk is full, dead or gone. */
export interface PageFile {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer;
  /** Null where packing gains nothing. */
  readonly gzip: Buffer | null;
  readonly brotli: Buffer | null;
}

/** Files by their path in the address, `/` being the page itself. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};
const PACKED = /^(?:text|application)\/|^image\/svg/;
const FILES_MAX = 500;
const FILE_MAX = 4 * 1024 * 1024;
/** What stands for `/`, the first that is there. */
const START = ["/page.html", "/index.html"];

/**
 * Reads the built page below `folder`. Files of a kind that no page has, such as maps, are left out.
 * Throws when the folder cannot be read.
 */
export function readPage(folder: string): PageFiles {
  const files = new Map<string, PageFile>();
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const name of names.slice(0, FILES_MAX)) {
    const type = TYPES[extname(name)];
    const path = join(folder, name);
    if (type === undefined || !isSmallFile(path)) continue;
    files.set(`/${name}`, pageFile(type, readFileSync(path)));
  }
  const start = START.map((name) => files.get(name)).find((file) => file !== undefined);
  if (start !== undefined) files.set("/", start);
  return files;
}

/** Said instead of a page that was not built. */
export function missingPage(): PageFiles {
  const text =
    "<!doctype html><title>SoloSafe</title><p>The page was not built: <code>npm run build</code> builds it. On the server, <code>solosafe status</code> shows the same.</p>\n";
  return new Map([["/", pageFile(TYPES[".html"] ?? "", Buffer.from(text))]]);
}

function pageFile(type: string, plain: Buffer): PageFile {
  const etag = `"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`;
  if (!PACKED.test(type)) return { type, etag, plain, gzip: null, brotli: null };
  const gzip = gzipSync(plain, { level: 9 });
  const brotli = brotliCompressSync(plain, {
    params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
  });
  const gains = gzip.length < plain.length;
  return { type, etag, plain, gzip: gains ? gzip : null, brotli: gains ? brotli : null };
}

function isSmallFile(path: string): boolean {
  const facts = statSync(path, { throwIfNoEntry: false });
  return facts?.isFile() === true && facts.size <= FILE_MAX;
}

/** The form of `file` that fits what a browser takes, and how it is packed. */
export function packedFor(
  file: PageFile,
  accepted: string,
): { readonly body: Buffer; readonly encoding: "br" | "gzip" | null } {
  const takes = (name: string): boolean =>
    new RegExp(
      `(?:^|[\\s,])${name}(?:\\s*;\\s*q=(?!0(?:\\.0*)?(?:\\s*,|$))[\\d.]+)?\\s*(?:,|$)`,
    ).test(accepted);
  if (file.brotli !== null && takes("br")) return { body: file.brotli, encoding: "br" };
  if (file.gzip !== null && takes("gzip")) return { body: file.gzip, encoding: "gzip" };
  return { body: file.plain, encoding: null };
}
