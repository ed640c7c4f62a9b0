import type { Gate } from "./gate.ts";
import type { MarkCache } from "./census.ts";
import type { ProcessWatch } from "./process-watch.ts";
import type { Scopes } from "./scopes.ts";
import type { SpawnerClient } from "./spawner-client.ts";
import type { Sweeper } from "./sweeper.ts";
import type { TreeStore } from "./tree-store.ts";

/** What the resources of one driver share. */
export interface ExecParts {
  readonly spawner: SpawnerClient;
  readonly gate: Gate;
  readonly watch: ProcessWatch;
  readonly marks: MarkCache;
  readonly sweeper: Sweeper;
  readonly store: TreeStore;
  /** First part of the marks of this agent's trees; one per state folder. */
  readonly stateId: string;
  /** Folder below which groups may be made; null = trees are followed by session and mark. */
  readonly cgroupRoot: string | null;
  /** Asks systemd for scopes; null where there is no systemd. */
  readonly scopes: Scopes | null;
  readonly logFolder: string;
  /** Name of this server, for scripts. */
  readonly server: string;
  readonly ended: (resource: string, how: string) => void;
}
