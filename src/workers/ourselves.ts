import { MARK } from "../host/census.ts";
import type { LaunchProgram } from "../host/spawner-protocol.ts";

/** This same program in another role, with the flags of this one. */
export function ourselvesAs(role: string, words: readonly string[]): LaunchProgram {
  const { UV_THREADPOOL_SIZE: _size, [MARK]: _mark, ...environment } = process.env;
  return {
    command: [process.execPath, ...process.execArgv, process.argv[1] ?? "", role, ...words],
    environment: [
      ...Object.entries(environment).map(([name, value]) => `${name}=${value ?? ""}`),
      // A child of ours without a mark would be taken for a daemon of what was started last.
      `${MARK}=workers/${role}`,
    ],
    directory: "/",
    user: null,
  };
}
