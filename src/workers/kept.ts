import * as z from "zod/mini";
import { listKept, readKept } from "../host/kept-evidence.ts";

const wish = z.strictObject({
  incident: z.nullable(z.string()),
  /** Null: a list is wanted. */
  file: z.nullable(z.strictObject({ taking: z.string(), name: z.string(), from: z.number() })),
});

/** As JSON not longer than the 64 KiB that the agent takes: a byte becomes three at most. */
const PART_BYTES = 16 * 1024;

/** Prints what evidence is kept below `root`, or a part of a file of it, as one line of JSON. */
export async function runKept(root: string, text: string): Promise<void> {
  const { incident, file } = z.parse(wish, JSON.parse(text));
  const found =
    incident !== null && file !== null
      ? await readKept(
          root,
          { incident, taking: file.taking, file: file.name },
          file.from,
          PART_BYTES,
        )
      : await listKept(root, incident);
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
