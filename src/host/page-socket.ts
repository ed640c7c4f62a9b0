import { existsSync } from "node:fs";
import { type Millis, SECOND } from "../base/duration.ts";
import { INSTALLED } from "../base/paths.ts";
import { DEFAULT_PATH } from "./script-environment.ts";
import type { SpawnerClient } from "./spawner-client.ts";

const SERVICE = "solosafe-web.service";
const SOCKET = "solosafe-web.socket";
const LINK = `/etc/systemd/system/solosafe.target.wants/${SOCKET}`;
/** The answer to who asked for it travels through the program that is stopped. */
const BEFORE_STOP: Millis = 2 * SECOND;
const PATIENCE: Millis = 20 * SECOND;
const OUTPUT_MAX = 2000;
/** Somebody who connects between the two steps starts the program again. */
const TRIES = 3;

/** Null where systemd keeps no sockets for this agent: what is not installed has no units. */
export function findPageSocket(
  spawner: SpawnerClient,
  run: string,
): ReturnType<typeof pageSocket> | null {
  const isInstalled = run === INSTALLED.run && process.geteuid?.() === 0;
  return isInstalled && existsSync("/run/systemd/system") ? pageSocket(spawner) : null;
}

/**
 * The page's socket for other computers, as a unit of systemd. A socket cannot be started while its
 * program runs, and a program keeps a socket that was stopped: so the program is ended each time, and
 * the next who connects starts it with what is there then. `link`: a place of systemd's own.
 */
export function pageSocket(
  spawner: Pick<SpawnerClient, "request">,
  link = LINK,
  pause = BEFORE_STOP,
): { isOpen(): boolean; turn(isOpen: boolean): Promise<string | null> } {
  const systemctl = async (...words: readonly string[]): Promise<string | null> => {
    const ended = await spawner.request(
      {
        type: "run",
        name: null,
        command: ["systemctl", "--no-ask-password", ...words],
        environment: [`PATH=${DEFAULT_PATH}`],
        directory: null,
        user: null,
        timeoutMs: PATIENCE,
        maxOutputBytes: OUTPUT_MAX,
      },
      PATIENCE + SECOND,
    );
    if (!ended.ok) return `the spawner: ${ended.fault.message}`;
    if (ended.value.kind !== "exited") return `systemctl: ${ended.value.kind}`;
    return ended.value.code === 0 ? null : `systemctl ended with ${ended.value.code}`;
  };
  const turnOnce = async (isOpen: boolean): Promise<string | null> => {
    if (isOpen) {
      const stopped = await systemctl("stop", SERVICE);
      const opened = stopped ?? (await systemctl("enable", "--quiet", "--now", SOCKET));
      // At once, so that it can tell its certificate's fingerprint.
      return opened ?? (await systemctl("start", SERVICE));
    }
    const closed = await systemctl("disable", "--quiet", "--now", SOCKET);
    return closed ?? (await systemctl("stop", SERVICE));
  };
  return {
    isOpen: () => existsSync(link),
    turn: async (isOpen) => {
      await new Promise((resolve) => setTimeout(resolve, pause).unref());
      let why: string | null = null;
      for (let tries = 0; tries < TRIES; tries += 1) {
        why = await turnOnce(isOpen);
        if (why === null) break;
      }
      return why;
    },
  };
}
