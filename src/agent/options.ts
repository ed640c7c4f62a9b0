import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { INSTALLED, type Paths, pathsBelow } from "../base/paths.ts";

/** How the agent was called. */
export interface Options {
  readonly paths: Paths;
  readonly log: string | null;
  readonly isStoppingApps: boolean;
  readonly hasCgroups: boolean;
  /** After ends without a word it begins ever later. */
  readonly isBackingOff: boolean;
}

/** Throws a TypeError with a code for words it does not know. */
export function readOptions(words: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...words],
    options: {
      state: { type: "string" },
      config: { type: "string" },
      log: { type: "string" },
      "stop-apps-on-exit": { type: "boolean", default: false },
      "no-cgroups": { type: "boolean", default: false },
      "back-off": { type: "boolean", default: false },
    },
  });
  const folder = values.state === undefined ? null : resolve(values.state);
  const config = values.config === undefined ? null : resolve(values.config);
  return {
    paths:
      folder === null
        ? { ...INSTALLED, config: config ?? INSTALLED.config }
        : pathsBelow(folder, config ?? `${folder}/solosafe.yaml`),
    log: values.log ?? null,
    isStoppingApps: values["stop-apps-on-exit"],
    hasCgroups: !values["no-cgroups"],
    isBackingOff: values["back-off"],
  };
}
