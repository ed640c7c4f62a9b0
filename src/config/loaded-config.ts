import type { DrillKind } from "../base/drill.ts";
import type { Millis } from "../base/duration.ts";
import type { Language } from "../base/language.ts";
import type { Upload } from "../base/upload.ts";
import type { ModelSpec } from "../core/model.ts";
import type { MonitorLinks, Probe, ServerFacts } from "../monitors/define.ts";
import type { ResourceParams } from "../ports/driver.ts";
import type { Program } from "../ports/host.ts";
import type { ReadCron } from "./cron.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { LogPattern } from "./read-logs.ts";
import type { LoadedHeartbeat } from "./heartbeat.ts";
import type { LoadedPage } from "./page.ts";
import type { LoadedServerHeard } from "./servers-heard.ts";
import type { LoadedDestination, ReadDestinations } from "./loaded-destinations.ts";
import type { LoadedMail } from "./read-mail.ts";
import type { LoadedWindow } from "./read-windows.ts";
import type { LoadedWatchdog } from "./watchdog.ts";

/** What it takes to probe one monitor, and to show it; the rest of it is in the model. */
export interface LoadedMonitor {
  readonly name: string;
  /** `http`, `process`, … */
  readonly type: string;
  /** Free text for people; the name when there is none. */
  readonly title: string;
  readonly comment: string;
  /** Made for a resource whose life no monitor watches. */
  readonly isImplicit: boolean;
  /** Told by an event besides being polled. */
  readonly isEventDriven: boolean;
  /** A probe that hangs is a failure, and no other begins meanwhile. */
  readonly isStuckJudged: boolean;
  readonly links: MonitorLinks;
  /** Parameters of its type as they are in force, for `monitor show`. */
  readonly params: Readonly<Record<string, unknown>>;
  /** One probe; may remember between its runs, so one per configuration in force. */
  readonly probe: Probe;
}

/** A program that runs before the first reactivation; how often and how long is in the model. */
export interface RecoveryScript {
  readonly program: Program;
  readonly timeoutMs: Millis;
}

/** Free text of groups and resources, for people. */
export interface Caption {
  readonly title: string;
  readonly comment: string;
}

/** A drill that is made in a planned window; null where it was not given. */
export interface LoadedDrill {
  readonly name: string;
  readonly title: string;
  readonly kind: DrillKind;
  readonly target: string;
  readonly window: string;
  readonly forMs: Millis;
  readonly pauseMs: Millis | null;
  readonly path: string | null;
  readonly namespace: string | null;
  /** The interface. */
  readonly link: string | null;
}

/** A configuration that was checked: names resolve, nothing is circular, every default is filled in. */
export interface LoadedConfig {
  readonly path: string;
  /** The file's text, to be kept as the last good one. */
  readonly text: string;
  readonly model: ModelSpec;
  /** For the guard. */
  readonly watchdog: LoadedWatchdog;
  /** Null: no mail is sent. */
  readonly mail: LoadedMail | null;
  /** Who is told besides, by name. */
  readonly destinations: ReadonlyMap<string, LoadedDestination>;
  /** What `logs collect` takes besides what it always does. */
  readonly logs: readonly LogPattern[];
  /** Where an archive can be sent; null = nowhere. */
  readonly logUpload: Upload | null;
  readonly evidence: {
    readonly isEnabled: boolean;
    readonly keepMs: Millis;
    readonly keepBytes: number;
  };
  /** Null: nobody is told that this server lives. */
  readonly heartbeat: LoadedHeartbeat | null;
  /** Other servers whose silence is told. */
  readonly serversHeard: readonly LoadedServerHeard[];
  readonly page: LoadedPage;
  /** A shutdown that takes longer is ended by the guard. */
  readonly shutdownTimeoutMs: Millis;
  readonly server: { readonly title: string; readonly language: Language };
  /** By `group/name`; for `ResourceDriver.configure`. */
  readonly resources: ReadonlyMap<string, ResourceParams>;
  /** By name, implicit ones included; the same names as in the model. */
  readonly monitors: ReadonlyMap<string, LoadedMonitor>;
  /** Recovery scripts, by monitor; only of monitors that have one. */
  readonly scripts: ReadonlyMap<string, RecoveryScript>;
  /** By group name or `group/name`. */
  readonly captions: ReadonlyMap<string, Caption>;
  /** When the planned windows of the model open, by name. */
  readonly windows: ReadonlyMap<string, LoadedWindow>;
  /** What is broken on purpose in planned windows, by name. */
  readonly drills: ReadonlyMap<string, LoadedDrill>;
  /** Every key with the value in force, in the long form, as `config show` prints it. */
  readonly effective: Readonly<Record<string, unknown>>;
}

/** What the file system says about a path that the configuration names. */
export interface FileFacts {
  readonly kind: "file" | "folder" | "other";
  readonly isExecutable: boolean;
}

/** What loading may ask about its surroundings; each left out = that check is left out. */
export interface ConfigSurroundings extends ServerFacts {
  /** Null when there is no such file. */
  readonly inspectFile?: (path: string) => FileFacts | null;
  /** Names and addresses of this server besides loopback; probing them is probing this server. */
  readonly ownAddresses?: readonly string[];
  /** Reads the expressions of planned windows (`cronFor`); without it there are none. */
  readonly readCron?: ReadCron;
  /** Reads destinations (`destinationsFor`); without it there are none. */
  readonly readDestinations?: ReadDestinations;
  /** Watchdog and sysrq are those of the host below, and not for us. */
  readonly isContainer?: boolean;
  /** The kernel's command line wants it so, whatever the file says. */
  readonly isObserveOnly?: boolean;
  /** Calendar time. */
  readonly wall?: Millis;
}

/** All problems at once, sorted by line; or the configuration, maybe with warnings. */
export type LoadedOrProblems =
  | { readonly ok: true; readonly config: LoadedConfig; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly problems: readonly Diagnostic[] };

/** Larger files are refused unread. */
export const MAX_CONFIG_BYTES = 1024 * 1024;
