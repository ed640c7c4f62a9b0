import { chmod, chown, readFile } from "node:fs/promises";

/** The account of the web program has it, and nobody else. */
const GROUP = "solosafe-web";
const GROUP_FILE = "/etc/group";

/**
 * Lets the web program's group connect to the socket `path`, which was its owner's alone. Where there
 * is no such group, or it is not ours to give (in a checkout), it stays so.
 */
export async function openToWebProgram(path: string): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  const groups = await readFile(GROUP_FILE, "utf8");
  const line = groups.split("\n").find((one) => one.startsWith(`${GROUP}:`));
  const id = Number(line?.split(":")[2] ?? Number.NaN);
  if (!Number.isInteger(id)) return;
  await chown(path, 0, id);
  await chmod(path, 0o660);
}
