import { runProgram } from "../../../scripts/program.ts";

const RELEASE = "bookworm";
const ASK_MS = 60_000;

/** Where this machine's apt gets Debian from, and how. */
export interface PackageSources {
  /** Lines of a sources.list. */
  readonly list: string;
  /** Settings for the guest's apt while it is built: proxies and what else is said of fetching. */
  readonly options: readonly string[];
}

/** Throws when apt knows no Debian 12: then its lists have not been fetched. */
export async function readPackageSources(): Promise<PackageSources> {
  const fields = "$(CODENAME) $(COMPONENT) $(REPO_URI) $(RELEASE)";
  const lines = await ask("apt-get", "indextargets", "--format", fields, "Created-By: Packages");
  const list = new Set<string>();
  for (const line of lines) {
    const [codename = "", component = "", address = "", suite = ""] = line.split(" ");
    if (!codename.startsWith(RELEASE) && !suite.startsWith(RELEASE)) continue;
    if (component === "main") list.add(`deb ${address} ${suite} main`);
  }
  if (list.size === 0) {
    throw new Error("apt knows no Debian 12 here: run `apt-get update` and try again");
  }
  const settings = await ask("apt-config", "dump");
  return {
    list: `${[...list].sort().join("\n")}\n`,
    options: settings.filter((line) => FETCHING.test(line)),
  };
}

/** Not the Acquire settings that apt has by itself. */
const FETCHING =
  /^Acquire::(?:https?::|Retries|Check-Valid-Until|Check-Date|AllowInsecure)[^"]* "[^"]+";$/;

async function ask(...command: [string, ...string[]]): Promise<readonly string[]> {
  const { code, output } = await runProgram(command, ASK_MS);
  if (code !== 0) throw new Error(`${command[0]}: ${output}`);
  return output.split("\n").filter((line) => line !== "");
}
