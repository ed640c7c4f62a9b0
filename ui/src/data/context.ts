import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { ServerStatus } from "../../../src/api/answers.ts";
import type { Live, LiveData } from "./live.ts";
import { useStore } from "./store.ts";

export const LiveContext = createContext<Live | null>(null);

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === null) throw new Error("nothing is live before somebody has signed in");
  return live;
}

export function useLiveData(): LiveData {
  return useStore(useLive().store);
}

/** The server's name as people know it; what has none is this server. */
export function serverNameOf(status: ServerStatus | null, otherwise: string): string {
  return status === null || status.server === "" ? otherwise : status.server;
}
