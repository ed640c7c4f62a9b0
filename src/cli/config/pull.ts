import { writeFileSync } from "node:fs";
import { usageFault, type Words } from "../command.ts";
import { answer, type Context, refuse, refuseCall } from "../context.ts";
import { CONFIG_CALL_MS } from "./change.ts";

/** `config pull`: the text in force, or of one version, to stdout or a new file. */
export async function pull(
  context: Context,
  words: Words,
  file: string | undefined,
): Promise<number> {
  const id = words.text("of");
  if (id !== undefined && !/^[1-9]\d{0,11}$/.test(id)) {
    return refuse(context, 2, usageFault(`\`${id}\` is no number of a version`, null));
  }
  const request = id === undefined ? {} : { version: Number(id) };
  const asked = await context.client.call("configVersion", request, CONFIG_CALL_MS);
  if (!asked.ok) return refuseCall(context, asked.problem);
  const { text, version } = asked.value;
  if (file === undefined) {
    answer(context, asked.value, () => text.replace(/\n$/, ""));
    return 0;
  }
  try {
    writeFileSync(file, text, { flag: words.has("yes") ? "w" : "wx", mode: 0o600 });
  } catch (error) {
    const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
    const why = error instanceof Error ? error.message : String(error);
    return isThere
      ? refuse(context, 4, {
          code: "config/file-exists",
          message: `\`${file}\` is there already`,
          hint: "Add --yes to replace it.",
        })
      : refuse(context, 5, { code: "config/not-written", message: why });
  }
  answer(context, { file, version }, () =>
    context.headings.config.pulled(version?.id ?? null, file),
  );
  return 0;
}
