import { closeSync, openSync, readFileSync, readSync } from "node:fs";

const HEAD = /^([0-9a-f]+)-([0-9a-f]+) \S+ ([0-9a-f]+) (\S+) (\d+)\s*(.*)$/;
/** One number of eight bytes for each page; the bits that are looked at are in its upper half. */
const ENTRY_BYTES = 8;
const IS_PRESENT = 0x80000000;
const IS_OF_FILE = 0x20000000;
const KIB = 1024;

/**
 * The proportional set size of these processes together, in bytes, as if no other process of this
 * machine used the same files: a page of a file counts once, however many of them map it. So a
 * second Node that runs beside the benchmark does not make them look smaller. Page by page, because
 * each process has given back other pages (proc(5), pagemap).
 */
export function readPssAlone(pids: readonly number[]): number {
  const ofFiles = new Map<string, number>();
  let own = 0;
  for (const pid of pids) {
    for (const mapping of readMappings(pid)) {
      own += mapping.file === null ? mapping.resident : mapping.anonymous;
      for (const page of readPages(pid, mapping)) ofFiles.set(page, mapping.pageBytes);
    }
  }
  return own + [...ofFiles.values()].reduce((sum, bytes) => sum + bytes, 0);
}

interface Mapping {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
  /** Device and inode; null for memory without a file. */
  readonly file: string | null;
  resident: number;
  anonymous: number;
  pageBytes: number;
}

function readMappings(pid: number): readonly Mapping[] {
  const mappings: Mapping[] = [];
  for (const line of readFileSync(`/proc/${pid}/smaps`, "utf8").split("\n")) {
    const [head, from = "", to = "", offset = "", device, inode, path = ""] = HEAD.exec(line) ?? [];
    if (head !== undefined) {
      mappings.push({
        from: Number.parseInt(from, 16),
        to: Number.parseInt(to, 16),
        offset: Number.parseInt(offset, 16),
        file: path.startsWith("/") ? `${device} ${inode}` : null,
        resident: 0,
        anonymous: 0,
        pageBytes: 0,
      });
      continue;
    }
    const [, name, kib] = /^(Rss|Anonymous|KernelPageSize):\s+(\d+) kB$/.exec(line) ?? [];
    const last = mappings.at(-1);
    if (last === undefined || kib === undefined) continue;
    const bytes = Number(kib) * KIB;
    if (name === "Rss") last.resident = bytes;
    else if (name === "Anonymous") last.anonymous = bytes;
    else last.pageBytes = bytes;
  }
  return mappings;
}

/** The pages of a file that this process has in memory unchanged: which file, and where in it. */
function* readPages(pid: number, mapping: Mapping): Generator<string> {
  const { from, to, offset, file, pageBytes } = mapping;
  if (file === null || mapping.resident === 0) return;
  const count = (to - from) / pageBytes;
  const entries = Buffer.alloc(count * ENTRY_BYTES);
  const pagemap = openSync(`/proc/${pid}/pagemap`, "r");
  try {
    readSync(pagemap, entries, 0, entries.length, (from / pageBytes) * ENTRY_BYTES);
  } finally {
    closeSync(pagemap);
  }
  for (let at = 0; at < count; at += 1) {
    const upper = entries.readUInt32LE(at * ENTRY_BYTES + 4);
    const isCounted = (upper & IS_PRESENT) !== 0 && (upper & IS_OF_FILE) !== 0;
    if (isCounted) yield `${file} ${offset / pageBytes + at}`;
  }
}
