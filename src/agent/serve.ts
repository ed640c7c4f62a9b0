import type { Socket } from "node:net";
import type { EventRecord } from "../api/answers.ts";
import type { Paths } from "../base/paths.ts";
import { WEB_SOCKET } from "../base/paths.ts";
import type { Event } from "../core/event.ts";
import type { AccessFiles } from "../ports/access-files.ts";
import type { Clock } from "../ports/clock.ts";
import { AccessGate } from "./access-gate.ts";
import type { AgentLog } from "./agent-parts.ts";
import { byKernel } from "./caller.ts";
import { type Control, type ControlParts, serveControl } from "./control.ts";
import { followEvents } from "./follow.ts";
import type { History } from "./history.ts";
import { PageOpening, type PublicSocket } from "./page-opening.ts";
import { AskedWork } from "./asked-work.ts";
import { createHandlers, type RouteParts } from "./routes.ts";

export interface ServeParts {
  readonly paths: Paths;
  readonly clock: Clock;
  readonly log: AgentLog;
  readonly history: History;
  readonly routes: Omit<RouteParts, "gate" | "asked">;
  readonly accessFiles: AccessFiles;
  /** Who is at the other end of a connection to the control socket; null: nobody who may ask. */
  readonly peerName: (socket: Socket) => string | null;
  /** Lets the web program's account connect to a socket that is its owner's alone. */
  readonly openToWebProgram: (path: string) => Promise<void>;
  /** The page's socket for other computers; null where nobody keeps one. */
  readonly publicSocket: PublicSocket | null;
  /** Gives free memory of the C library back to the kernel. */
  readonly giveBackMemory: () => void;
}

/**
 * Serves the contract on both sockets: for root, and for the web program. Rejects when it cannot
 * listen on the first; without the second there is no page, and everything else goes on.
 */
export async function serveAgent(parts: ServeParts): Promise<Control> {
  const { paths, clock, log, history, routes } = parts;
  const tell = (event: Event): EventRecord => {
    const record = history.append(event);
    log.event(record);
    return record;
  };
  const gate = new AccessGate({
    clock,
    files: parts.accessFiles,
    config: () => routes.view().config,
    tell,
    giveBackMemory: parts.giveBackMemory,
    onFault: (what, error) => log.fault(what, error),
  });
  const common: Omit<ControlParts, "socket" | "identify"> = {
    clock,
    handlers: createHandlers({ ...routes, gate, asked: new AskedWork() }),
    follow: ({ after }, send) => followEvents(history, after ?? null, send),
    lastEvent: () => history.lastSeq,
    audit: (asked) => gate.audit(asked),
    onBug: (error, route) => log.fault(`route ${route}`, error),
  };
  if (parts.publicSocket !== null) openPage(parts, parts.publicSocket, gate);
  const control = await serveControl({
    ...common,
    socket: paths.control,
    identify: byKernel((peer) => {
      const name = parts.peerName(peer);
      return name === null ? null : { name, role: "administrator" };
    }),
  });
  const web = await serveWeb(parts, { ...common, identify: gate.identify });
  return {
    close: async () => {
      await Promise.all([control.close(), web?.close()]);
      await gate.leave();
    },
  };
}

function openPage(
  { history, log, routes }: ServeParts,
  socket: PublicSocket,
  gate: AccessGate,
): void {
  const opening = new PageOpening({
    socket,
    configured: () => routes.view().config.page.isPublic,
    isPublic: async () => {
      const status = await gate.handlers().webStatus({}, { name: "agent", role: "viewer" });
      return status.ok && status.value.isPublic;
    },
    onFault: (why) => log.fault("the page's socket for other computers", new Error(why)),
  });
  history.subscribe((event) => opening.hear(event));
}

async function serveWeb(
  { paths, log, openToWebProgram }: ServeParts,
  common: Omit<ControlParts, "socket">,
): Promise<Control | null> {
  const socket = `${paths.run}/${WEB_SOCKET}`;
  try {
    const web = await serveControl({ ...common, socket, isOwnersAlone: true });
    await openToWebProgram(socket);
    return web;
  } catch (error) {
    log.fault("the socket of the web program", error);
    return null;
  }
}
