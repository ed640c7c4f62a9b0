import type { AgentFacts, EventRecord } from "../api/answers.ts";
import { compareConfigs } from "../config/difference.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { Event } from "../core/event.ts";
import { createModel } from "../core/model.ts";
import type { TreeFacts } from "../ports/driver.ts";
import type { Host } from "../ports/host.ts";
import type { AgentParts } from "./agent-parts.ts";
import { beginning, historyOf, isMarked, observedResources } from "./beginning.ts";
import { activeOf, configChange, configEffects, restartCommands } from "./config-effects.ts";
import { Configuration } from "./configuration.ts";
import type { InForce, Reloaded, Taken } from "./configuration-parts.ts";
import type { DrillRouteParts } from "./drill-routes.ts";
import { createDrilling } from "./drilling.ts";
import { type ConfigChange, Engine } from "./engine.ts";
import { evidenceOf } from "./evidence.ts";
import { createGapClock, type GapClock } from "./gap-clock.ts";
import { GuardDuty } from "./guard-duty.ts";
import { hearDriver } from "./hear-driver.ts";
import type { History } from "./history.ts";
import { listenersOf } from "./listeners.ts";
import { Messages } from "./messages.ts";
import { createOwnKnowledge } from "./own-knowledge.ts";
import { Performer } from "./perform.ts";
import { probedMonitors } from "./probed-monitors.ts";
import { Reports } from "./reports.ts";
import type { RouteParts } from "./routes.ts";
import { Schedule } from "./schedule.ts";
import { agentFacts, shellFacts } from "./shell-facts.ts";
import type { ShellFacts } from "./status.ts";
import { StateKeeper } from "./state-keeper.ts";
import { Telling } from "./telling.ts";
import type { View } from "./view.ts";
import { Windows } from "./windows.ts";

/** The shell, put together from its parts. Nothing starts before `start`. */
export class Agent {
  readonly history: History;
  readonly engine: Engine;
  readonly configuration: Configuration;
  readonly #parts: AgentParts;
  readonly #clock: GapClock;
  readonly #messages: Messages;
  readonly guard: GuardDuty;
  readonly telling: Telling;
  readonly #store: StateKeeper;
  readonly #schedule: Schedule;
  readonly #windows: Windows;
  readonly #drilling: DrillRouteParts;
  readonly #reports: Reports;
  readonly #records = new WeakMap<Event, EventRecord>();
  readonly #left = Promise.withResolvers<void>();
  readonly #startedAt: number;
  #config: LoadedConfig;
  /** Monitors by the news they are interested in. */
  #listeners: ReadonlyMap<string, readonly string[]> = new Map();
  #isLastGoodConfig: boolean;

  constructor(parts: AgentParts) {
    this.#parts = parts;
    this.#config = parts.config;
    this.#isLastGoodConfig = parts.configFault !== null;
    this.#startedAt = parts.clock.now();
    this.#clock = createGapClock(parts.clock, (lostMs) => this.#onGap(lostMs));
    const clock = this.#clock;
    this.#messages = new Messages(clock);
    this.history = historyOf(parts);
    const { stateFiles: files, farFiles, codec } = parts;
    this.guard = new GuardDuty({
      ...parts.guard,
      clock: parts.clock,
      files,
      isCharged: isMarked(parts),
      onFacts: (guard) => this.engine.submit({ type: "guardChanged", guard }),
      onFault: (what, error) => parts.log.fault(what, error),
    });
    const kept = { files, farFiles, clock, codec };
    this.#store = new StateKeeper(kept, {
      onFault: (save) => this.engine.submit({ type: "saveFinished", ...save }),
      onDurable: (state) => this.guard.durable(state, this.engine.state),
    });
    const host = parts.createHost(
      createOwnKnowledge({
        tree: (resource) => parts.driver.tree(resource),
        messages: this.#messages,
        config: () => this.#config,
        engine: () => this.engine,
      }),
    );
    this.#schedule = new Schedule({
      clock,
      host,
      onFinished: (monitor, end) => this.engine.submit({ type: "probeFinished", monitor, ...end }),
    });
    const performer = this.#performerOf(host);
    const model = createModel(parts.config.model);
    this.engine = new Engine({
      policy: parts.policy,
      clock,
      checkGap: () => clock.check(),
      model,
      state: beginning(parts, model),
      perform: (action, state) => performer.perform(action, state),
      onBroken: parts.onBroken,
    });
    this.engine.onDecision((_input, { state }) => this.guard.decided(state));
    this.#windows = new Windows({
      clock: parts.clock,
      tell: (window, isOpen, untilWall) => {
        this.engine.submit({ type: "window", window, isOpen, untilWall });
        this.#drilling.schedule.window(window, isOpen, untilWall);
      },
    });
    this.configuration = this.#configurationOf(parts);
    const [view, shell] = [(): View => this.#view(), (): ShellFacts => this.#shell()];
    const own = { engine: this.engine, history: this.history, host, view, shell };
    this.#reports = new Reports(parts, this.engine);
    this.#drilling = createDrilling(parts, { clock: parts.clock, ...own });
    this.telling = new Telling(parts, { ...own, reports: this.#reports, drilling: this.#drilling });
  }

  /** Looks at every resource, then gives the policy its first input. */
  async start(): Promise<void> {
    const { driver, boot, saved, configFault } = this.#parts;
    this.#configure(this.#config);
    hearDriver(driver, this.engine);
    this.#parts.news.onNews((source) => this.#hear(source));
    const observed = await driver.observe();
    const { recordFault, stateFault } = saved;
    this.guard.look();
    this.engine.submit({
      type: "agentStarted",
      boot: { ...boot, recordFault, stateFault, configFault },
      observed: observedResources(this.engine, observed),
      hasGuard: this.guard.facts?.canAct === true,
    });
    this.guard.start();
    this.#windows.configure(this.#config.windows);
    void this.configuration.begin();
    const { drills, schedule } = this.#drilling;
    void this.#reports.begin().then(() => this.telling.reporting.begin());
    void drills.begin().then(() => schedule.begin());
  }

  /** Reads the configuration again; applies it when it is valid. */
  reload(by: string): Promise<Reloaded> {
    return this.configuration.reload(by);
  }

  /** Stops deciding and probing, and saves. Applications go on. */
  async leave(): Promise<void> {
    this.#left.resolve();
    this.#drilling.schedule.stop();
    await this.#drilling.drills.leave();
    this.#windows.stop();
    this.#schedule.stopAll();
    this.engine.submit({ type: "leaving" });
    void this.#store.save(this.engine.state, "sync");
    await this.engine.finish();
    await this.#store.settled();
    await Promise.all([this.history.settled(), this.#reports.availability.leave()]);
    await this.telling.leave();
    this.guard.leave();
    this.#clock.stop();
  }

  /** What the control socket's routes work with. */
  routeParts(): Omit<RouteParts, "gate" | "asked"> {
    return {
      engine: this.engine,
      clock: this.#clock,
      history: this.history,
      drilling: this.#drilling,
      recordOf: (event) => this.#records.get(event) ?? null,
      saved: () => this.#store.settled(),
      left: this.#left.promise,
      waits: { count: 0 },
      view: () => this.#view(),
      facts: () => this.#facts(),
      shell: () => this.#shell(),
      cannotDetect: this.#parts.cannotDetect,
      takeMessage: (monitor, outcome, text) => {
        this.#messages.take(monitor, outcome, text);
        if (this.engine.state.monitors.get(monitor).isProbing) this.#schedule.probeNow(monitor);
      },
      watch: this.#parts.adopt,
      configuration: this.configuration,
      reports: this.#reports,
      telling: this.telling,
      runRole: this.#parts.runRole,
    };
  }

  #onGap(lostMs: number): void {
    this.#schedule.onGap(lostMs);
    this.engine.submit({ type: "gap", lostMs });
  }

  #performerOf(host: Host): Performer {
    const { log, onLeave, driver } = this.#parts;
    return new Performer({
      clock: this.#clock,
      driver,
      host,
      schedule: this.#schedule,
      script: (monitor) => this.#config.scripts.get(monitor) ?? null,
      save: (state, durability) => this.#store.save(state, durability),
      guard: this.guard,
      evidence: evidenceOf(this.#parts, () => ({ config: this.#config, engine: this.engine })),
      tell: (event) => {
        const record = this.history.append(event);
        this.#records.set(event, record);
        log.event(record);
      },
      finished: (op, result, reason) =>
        this.engine.submit({ type: "actionFinished", op, result, reason }),
      leave: (reason) => {
        this.#left.resolve();
        onLeave(reason);
      },
    });
  }

  #configurationOf({ clock, log, policy, readConfig, configuration }: AgentParts): Configuration {
    return new Configuration({
      ...configuration,
      clock,
      read: readConfig,
      current: () => ({ config: this.#config, isLastGood: this.#isLastGoodConfig }),
      effects: (after, isRestarting, by) => {
        const [before, { state }, { decide }] = [this.#config, this.engine, policy];
        const change = this.#changeTo(after, by, null);
        return configEffects({ decide, state, before, after, change, isRestarting });
      },
      putInForce: (...taken) => this.#putInForce(...taken),
      onFault: (what, error) => log.fault(what, error),
    });
  }

  #changeTo(config: LoadedConfig, by: string, version: number | null): ConfigChange {
    const tree = (id: string): TreeFacts => this.#parts.driver.tree(id);
    return configChange(this.#config, config, { by, version, tree });
  }

  #putInForce(config: LoadedConfig, { by, isRestarting, version }: Taken): InForce {
    const change = this.#changeTo(config, by, version);
    const others = isRestarting ? compareConfigs(this.#config, config).otherPrograms : [];
    const restarted = activeOf(this.engine.state, others);
    const model = createModel(config.model);
    this.#isLastGoodConfig = false;
    this.#configure(config);
    this.engine.reconfigure(model, change);
    this.#windows.configure(config.windows);
    this.#drilling.schedule.configure();
    for (const command of restartCommands(model, restarted)) {
      this.engine.submit({ type: "command", command, by });
    }
    return { changes: change.changed.size, restarted };
  }

  #configure(config: LoadedConfig): void {
    this.#config = config;
    this.guard.configure(config);
    this.telling.configure(config);
    this.#parts.driver.configure(config.resources);
    this.#schedule.configure(probedMonitors(config));
    this.#messages.keepOnly(config.monitors);
    this.#listeners = listenersOf(config);
    this.#parts.news.watch(new Set(this.#listeners.keys()));
  }

  /** Something may have changed there: those that watch it look at once. */
  #hear(source: string): void {
    for (const monitor of this.#listeners.get(source) ?? []) {
      if (this.engine.state.monitors.get(monitor).isProbing) this.#schedule.probeNow(monitor);
    }
  }

  #view(): View {
    const { clock, driver } = this.#parts;
    return {
      at: clock.now(),
      wall: Math.round(clock.wall()),
      model: this.engine.model,
      state: this.engine.state,
      config: this.#config,
      tree: (resource) => driver.tree(resource),
      lastProbe: (monitor) => this.#schedule.last(monitor),
      nextProbeMs: (monitor) => this.#schedule.nextInMs(monitor),
    };
  }

  #facts(): AgentFacts {
    return agentFacts(this.#parts, this.engine.model, this.#config.path, this.#startedAt);
  }

  #shell(): ShellFacts {
    return shellFacts(this.#parts, this, this.#facts(), this.#isLastGoodConfig);
  }
}
