import { readFile, stat } from "node:fs/promises";
import type { SendFault } from "../base/post.ts";
import type { SecretPlace } from "../base/secret-place.ts";
import { oneLine } from "./one-line.ts";

const SECRET_BYTES = 4096;

/**
 * The secret that lies there: the first line of a file, or a variable of the spawner's environment;
 * or why there is none. `what`: "password", for people.
 */
export async function readSecret(place: SecretPlace, what: string): Promise<string | SendFault> {
  if ("env" in place) {
    const found = process.env[place.env];
    if (found !== undefined && found !== "") return found;
    const hint = "Set it for solosafe-spawner.service, or use `{ file: … }`.";
    return noSecret(`there is no variable ${place.env} in the spawner's environment`, hint);
  }
  try {
    const { size } = await stat(place.file);
    if (size > SECRET_BYTES) throw new Error(`it has ${size} bytes`);
    const [found = ""] = (await readFile(place.file, "utf8")).split(/\r?\n/, 1);
    if (found !== "") return found;
    return noSecret(`${place.file} is empty`, `Write the ${what} into its first line.`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return noSecret(`the ${what} cannot be read: ${why}`, `Check ${place.file}.`);
  }
}

function noSecret(why: string, hint: string): SendFault {
  return { step: "password", to: null, isFinal: false, why: oneLine(why), hint };
}

/** A server may repeat what it was told, and so may an error. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((one) => [
    one,
    Buffer.from(one).toString("base64"),
    encodeURIComponent(one),
  ]);
  return forms.reduce((rest, form) => rest.replaceAll(form, "…"), text);
}
