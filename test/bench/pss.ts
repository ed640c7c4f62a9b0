import { readFileSync } from "node:fs";

const HEAD = /^[0-9a-f]+-[0-9a-f]+ \S+ ([0-9a-f]+) \S+ \d+\s*(.*)$/;

/**
 * The proportional set size of these processes together, in bytes, as if no other process of this
 * machine used the same files: pages of a file that several of them map count once. So a second
 * Node that runs beside the benchmark does not make them look smaller (proc(5), smaps).
 */
export function readPssAlone(pids: readonly number[]): number {
  const files = new Map<string, number>();
  let anonymous = 0;
  for (const pid of pids) {
    for (const { key, resident, own } of readMappings(pid)) {
      anonymous += own;
      if (key === null) anonymous += resident - own;
      else files.set(key, Math.max(files.get(key) ?? 0, resident - own));
    }
  }
  return anonymous + [...files.values()].reduce((sum, size) => sum + size, 0);
}

interface Mapping {
  /** File and offset; null for memory without a file. */
  readonly key: string | null;
  readonly resident: number;
  readonly own: number;
}

function readMappings(pid: number): readonly Mapping[] {
  const mappings: { key: string | null; resident: number; own: number }[] = [];
  for (const line of readFileSync(`/proc/${pid}/smaps`, "utf8").split("\n")) {
    const [head, offset = "", file = ""] = HEAD.exec(line) ?? [];
    if (head !== undefined) {
      const key = file.startsWith("/") ? `${file} ${offset}` : null;
      mappings.push({ key, resident: 0, own: 0 });
      continue;
    }
    const [, name, kib] = /^(Rss|Anonymous):\s+(\d+) kB$/.exec(line) ?? [];
    const last = mappings.at(-1);
    if (last === undefined || kib === undefined) continue;
    if (name === "Rss") last.resident = Number(kib) * 1024;
    else last.own = Number(kib) * 1024;
  }
  return mappings;
}
