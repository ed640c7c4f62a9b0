import { readFile } from "node:fs/promises";
import { hostname } from "node:os";

const FILE_BYTES = 64 * 1024;

/** Where a server's full name is found besides its own settings. */
export interface NameFiles {
  readonly hosts: string;
  readonly resolv: string;
}

const NAME_FILES: NameFiles = { hosts: "/etc/hosts", resolv: "/etc/resolv.conf" };

/**
 * The name of this server with its domain, as `hostname -f` finds it, without asking anybody: of its
 * own, of hosts(5), or with the domain of resolv.conf(5). The short name where there is no domain.
 */
export async function readFullName(
  name: string = hostname(),
  files: NameFiles = NAME_FILES,
): Promise<string> {
  if (name.includes(".")) return name;
  const full = fullNameIn(await readText(files.hosts), name);
  if (full !== null) return full;
  const domain = /^\s*(?:domain|search)\s+([\w.-]*\w)/m.exec(await readText(files.resolv))?.[1];
  return domain === undefined ? name : `${name}.${domain}`;
}

/** The first name of the line that has this one among its names. */
function fullNameIn(hosts: string, name: string): string | null {
  for (const line of hosts.split("\n")) {
    const [, ...names] = (line.split("#")[0] ?? "").trim().split(/\s+/);
    const full = names.find((one) => one.startsWith(`${name}.`));
    if (full !== undefined && names.includes(name)) return full;
  }
  return null;
}

async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).slice(0, FILE_BYTES);
  } catch {
    return "";
  }
}
