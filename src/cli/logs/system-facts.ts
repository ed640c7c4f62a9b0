import { type Millis, SECOND } from "../../base/duration.ts";
import type { Found } from "./gather.ts";

/** Some of these run programs that look at every disk. */
const FACT_LIMIT: Millis = 20 * SECOND;

/** Facts about hardware and system, as one JSON document; what cannot be found out says so. */
export async function systemFacts(as: string): Promise<Found> {
  const source = "systeminformation";
  const { default: system } = await import("systeminformation");
  const looks: Readonly<Record<string, () => Promise<unknown>>> = {
    system: system.system,
    bios: system.bios,
    baseboard: system.baseboard,
    cpu: system.cpu,
    memory: system.mem,
    memoryModules: system.memLayout,
    operatingSystem: system.osInfo,
    disks: system.diskLayout,
    blockDevices: system.blockDevices,
    networkInterfaces: () => system.networkInterfaces(),
    clock: async () => system.time(),
  };
  const found: Record<string, unknown> = {};
  for (const [name, look] of Object.entries(looks)) found[name] = await within(look());
  const content = Buffer.from(`${JSON.stringify(found, null, 2)}\n`);
  return { path: as, source, content, isCut: false };
}

async function within(work: Promise<unknown>): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const limit = setTimeout(() => resolve({ fault: "it did not answer in time" }), FACT_LIMIT);
  const settled = work.catch((error: unknown) => ({ fault: String(error) }));
  return await Promise.race([settled, promise]).finally(() => clearTimeout(limit));
}
