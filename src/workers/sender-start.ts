import { launch, type Launched } from "./launch.ts";
import { ourselvesAs } from "./ourselves.ts";

/**
 * Starts a sender. It outlives who asked for it, and only one of them works on a queue at a time.
 * `run`: the folder of sockets; `isPrepared`: it also sends what the agent laid ready for its own loss.
 */
export function startSender(run: string, queue: string, isPrepared: boolean): Launched {
  const words = ["--run", run, "--queue", queue, ...(isPrepared ? ["--prepared"] : [])];
  return launch(ourselvesAs("sender", words), null, null);
}
