import type { AgentFacts, EventRecord } from "../api/answers.ts";
import type { Millis } from "../base/duration.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { Event } from "../core/event.ts";
import { fitState, initialState } from "../core/initial.ts";
import type { BootFacts, Input, Observed } from "../core/input.ts";
import { createModel, type ResourceId } from "../core/model.ts";
import type { BootRecord, State } from "../core/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { ObservedTree, ResourceDriver } from "../ports/driver.ts";
import type { Host } from "../ports/host.ts";
import type { HistoryFiles, StateFiles } from "../ports/store.ts";
import { changedNames } from "./changed-names.ts";
import { createDrills, type DrillParts } from "./drill.ts";
import { createEngine, type Engine, type Policy } from "./engine.ts";
import { createGapClock } from "./gap-clock.ts";
import { createHistory, type History } from "./history.ts";
import { createPerformer } from "./perform.ts";
import type { RouteParts } from "./routes.ts";
import { type Codec, type LoadedState, recordFiles } from "./saved-state.ts";
import { createSchedule } from "./schedule.ts";
import type { ShellFacts } from "./status.ts";
import { createStore, STATE_FILE } from "./store.ts";
import type { View } from "./view.ts";

/** What the agent says about a decision or a fault of its own, for its log. */
export interface AgentLog {
  event(record: EventRecord): void;
  fault(what: string, error: unknown): void;
}

/** The part of `Host` that looks at the server; the rest is the agent's own knowledge. */
export type ServerHost = Omit<Host, "resourceTree" | "monitorStatuses" | "lastMessage">;

export interface AgentParts {
  readonly clock: Clock;
  readonly driver: ResourceDriver;
  readonly host: ServerHost;
  readonly policy: Policy;
  readonly codec: Codec;
  readonly stateFiles: StateFiles;
  readonly historyFiles: HistoryFiles;
  readonly saved: LoadedState;
  readonly config: LoadedConfig;
  /** The file did not parse and the last good configuration is in force. */
  readonly configFault: string | null;
  readonly boot: Pick<
    BootFacts,
    "bootId" | "machineId" | "uptimeMs" | "hasWatchdogStatus" | "hasPanicRecord"
  >;
  readonly facts: Pick<AgentFacts, "version" | "pid" | "stateFolder">;
  readonly signal: DrillParts["signal"];
  readonly watchProcess: (pid: number, onEnd: () => void) => { readonly startTime: number } | null;
  readonly cannotDetect: (type: string) => string;
  readonly readConfig: () => Promise<ConfigRead>;
  readonly logLinesLost: () => number;
  readonly log: AgentLog;
  /** The policy wants the agent to leave. */
  readonly onLeave: (reason: string) => void;
  /** A broken invariant: the program must end with an error. */
  readonly onBroken: (error: unknown, input: Input | null) => void;
}

export type ConfigRead =
  | { readonly ok: true; readonly config: LoadedConfig }
  | { readonly ok: false; readonly problems: readonly string[] };

export interface Agent {
  readonly engine: Engine;
  readonly history: History;
  readonly routes: RouteParts;
  /** Looks at every resource, then gives the policy its first input. */
  start(): Promise<void>;
  /** Reads the configuration again; applies it when it is valid. */
  reload(by: string): Promise<{ readonly changes: number; readonly problems: readonly string[] }>;
  /** Stops deciding and probing, and saves. Applications go on. */
  leave(): Promise<void>;
}

/** Puts the parts together. Nothing starts before `start`. */
export function createAgent(parts: AgentParts): Agent {
  const left = Promise.withResolvers<void>();
  const messages = new Map<string, Message>();
  const records = new WeakMap<Event, EventRecord>();
  const startedAt = parts.clock.now();
  let { config } = parts;
  let isLastGoodConfig = parts.configFault !== null;
  let savedRecord: BootRecord | null = null;

  const clock = createGapClock(parts.clock, (lostMs) => {
    schedule.onGap(lostMs);
    engine.submit({ type: "gap", lostMs });
  });
  const history = createHistory({
    files: parts.historyFiles,
    wall: () => parts.clock.wall(),
    onFault: (fault) => {
      if (fault !== null) parts.log.fault("events cannot be written", fault);
    },
  });
  const store = createStore({
    files: parts.stateFiles,
    clock,
    onFault: (fault) => engine.submit({ type: "saveFinished", fault }),
  });
  const host: Host = {
    ...parts.host,
    resourceTree: async (resource) => {
      const { pids } = parts.driver.tree(resource);
      return { isAlive: pids.length > 0, pids };
    },
    monitorStatuses: () => {
      const entries = [...engine.state().monitors.entries()];
      return new Map(entries.map(([name, monitor]) => [name, monitor.status.is]));
    },
    lastMessage: (monitor) => {
      const message = messages.get(monitor);
      if (!message) return null;
      const { outcome, text, at } = message;
      return { outcome, text, ageMs: parts.clock.now() - at };
    },
  };
  const schedule = createSchedule({
    clock,
    host,
    onFinished: (monitor, end) => engine.submit({ type: "probeFinished", monitor, ...end }),
  });
  const performer = createPerformer({
    clock,
    driver: parts.driver,
    host,
    schedule,
    script: (monitor) => config.scripts.get(monitor) ?? null,
    save: (state, durability) => {
      const encoded = () => filesOf(state);
      if (durability === "sync") return store.saveDurably(encoded);
      store.save(encoded);
      return null;
    },
    tell: (event) => {
      const record = history.append(event);
      records.set(event, record);
      parts.log.event(record);
    },
    finished: (op, result, reason) => engine.submit({ type: "actionFinished", op, result, reason }),
    leave: (reason) => {
      left.resolve();
      parts.onLeave(reason);
    },
  });
  const model = createModel(config.model);
  const engine = createEngine({
    policy: parts.policy,
    clock,
    checkGap: clock.check,
    model,
    state: beginning(),
    perform: performer.perform,
    onBroken: parts.onBroken,
  });
  const drills = createDrills({ clock, tree: (id) => parts.driver.tree(id), signal: parts.signal });

  function beginning(): State {
    const { state, record } = parts.saved;
    const now = { at: clock.now(), wall: clock.wall() };
    const base = state === null ? initialState(model, now) : fitState(model, state);
    return record === null ? base : { ...base, record };
  }

  /** The record's copies are written with the state when the record changed. */
  function filesOf(state: State) {
    const files = [{ name: STATE_FILE, text: parts.codec.encode(state) }];
    if (state.record === savedRecord) return files;
    savedRecord = state.record;
    return [...recordFiles(state.record), ...files];
  }

  function configure(next: LoadedConfig): void {
    config = next;
    parts.driver.configure(next.resources);
    schedule.configure(
      next.model.monitors.flatMap(({ name, intervalMs, timeoutMs }) => {
        const loaded = next.monitors.get(name);
        return loaded ? [{ name, intervalMs, timeoutMs, probe: loaded.probe }] : [];
      }),
    );
    for (const name of messages.keys()) if (!next.monitors.has(name)) messages.delete(name);
  }

  async function reload(by: string) {
    const read = await parts.readConfig();
    if (!read.ok) return { changes: 0, problems: read.problems };
    isLastGoodConfig = false;
    const changed = changedNames(config, read.config);
    configure(read.config);
    engine.reconfigure(createModel(read.config.model), changed, by);
    return { changes: changed.size, problems: [] };
  }

  function view(): View {
    return {
      at: parts.clock.now(),
      wall: Math.round(parts.clock.wall()),
      model: engine.model(),
      state: engine.state(),
      config,
      tree: (resource) => parts.driver.tree(resource),
      lastProbe: schedule.last,
      nextProbeMs: schedule.nextInMs,
    };
  }

  function facts(): AgentFacts {
    const uptimeMs = parts.clock.now() - startedAt;
    const { mode } = engine.model();
    return { ...parts.facts, uptimeMs, bootId: parts.boot.bootId, mode, config: config.path };
  }

  function shell(): ShellFacts {
    return {
      agent: facts(),
      isLastGoodConfig,
      eventsLost: history.lost(),
      logLinesLost: parts.logLinesLost(),
      lastEvent: history.lastSeq(),
    };
  }

  return {
    engine,
    history,
    routes: {
      engine,
      clock,
      recordOf: (event) => records.get(event) ?? null,
      saved: () => store.settled(),
      left: left.promise,
      view,
      facts,
      shell,
      history,
      drills,
      cannotDetect: parts.cannotDetect,
      takeMessage: (monitor, outcome, text) => {
        messages.set(monitor, { outcome, text, at: parts.clock.now() });
        if (engine.state().monitors.get(monitor).isProbing) schedule.probeNow(monitor);
      },
      watch: (resource, pid) =>
        parts.watchProcess(pid, () => {
          engine.submit({ type: "resourceEnded", resource, how: `process ${pid} ended` });
        }),
      reload,
    },
    async start() {
      configure(config);
      parts.driver.onEnded((resource, how) => {
        if (!isResource(engine, resource)) return;
        engine.submit({ type: "resourceEnded", resource, how });
      });
      const observed = await parts.driver.observe();
      engine.submit({
        type: "agentStarted",
        boot: {
          ...parts.boot,
          recordFault: parts.saved.recordFault,
          stateFault: parts.saved.stateFault,
          configFault: parts.configFault,
        },
        observed: observedResources(engine, observed),
        hasGuard: false,
      });
    },
    reload,
    async leave() {
      left.resolve();
      drills.thawAll();
      schedule.stopAll();
      store.save(() => filesOf(engine.state()));
      await store.settled();
      engine.stop();
      await history.settled();
      clock.stop();
    },
  };
}

interface Message {
  readonly outcome: "ok" | "failed";
  readonly text: string;
  readonly at: Millis;
}

function isResource(engine: Engine, id: string): id is ResourceId {
  return engine.model().resources.has(id);
}

/** Trees of resources that are no longer configured are none of the policy's business. */
function observedResources(
  engine: Engine,
  trees: ReadonlyMap<string, ObservedTree>,
): ReadonlyMap<string, Observed> {
  return new Map([...trees].filter(([id]) => isResource(engine, id)));
}
