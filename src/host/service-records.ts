import { mkdir, readFile, rm, writeFile } from "node:fs/promises";

/** A start or stop that is under way. */
export interface ServiceRecord {
  readonly op: string;
  readonly doing: "start" | "stop";
  /** systemd's number of the job. */
  readonly job: number;
}

/**
 * Operations under way, one small file each, so that the next agent waits for a job that this one
 * began. Lost files cost nothing but that: a fault is as good as no file.
 */
export class ServiceRecords {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write(resource: string, record: ServiceRecord): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o755 });
      await writeFile(this.#path(resource), JSON.stringify(record));
    } catch {
      // The next agent then takes the unit as it finds it.
    }
  }

  async remove(resource: string): Promise<void> {
    await rm(this.#path(resource), { force: true }).catch(() => {});
  }

  async read(resource: string): Promise<ServiceRecord | null> {
    try {
      const given: unknown = JSON.parse(await readFile(this.#path(resource), "utf8"));
      return isRecord(given) ? given : null;
    } catch {
      return null;
    }
  }

  #path(resource: string): string {
    return `${this.#folder}/${resource.replaceAll("/", "+")}`;
  }
}

function isRecord(given: unknown): given is ServiceRecord {
  if (typeof given !== "object" || given === null) return false;
  const { op, doing, job } = given as Partial<ServiceRecord>;
  const isDoing = doing === "start" || doing === "stop";
  return typeof op === "string" && isDoing && typeof job === "number";
}
