import type { Clock } from "../ports/clock.ts";
import type { Host } from "../ports/host.ts";
import type { AgentParts } from "./agent-parts.ts";
import { createDrillFiles } from "./drill-files.ts";
import { type DrillPreparation, prepareDrill } from "./drill-prepare.ts";
import type { DrillRouteParts } from "./drill-routes.ts";
import { DrillSchedule } from "./drill-schedule.ts";
import { Drills, type DrillsParts } from "./drills.ts";
import type { Engine } from "./engine.ts";
import type { History } from "./history.ts";
import type { View } from "./view.ts";

/** What drills need of the agent that they break things for. */
export interface DrillingParts {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly history: History;
  readonly host: Host;
  readonly view: () => View;
}

/** Drills, with what their routes need. */
export function createDrilling(
  { driver, signal, drillFiles, boot, facts, log }: AgentParts,
  { clock, engine, history, host, view }: DrillingParts,
): DrillRouteParts {
  const faults: DrillsParts = {
    clock,
    signal,
    tree: (resource) => driver.tree(resource),
    readProcess: async (pid) => await host.readProcess(pid),
    run: (program, timeoutMs, most) => host.runProgram(program, timeoutMs, most),
    bootId: boot.bootId,
    files: createDrillFiles(clock, drillFiles),
    state: () => engine.state,
    mode: () => engine.model.mode,
    onEvent: (listener) => history.subscribe(listener),
    onDecision: (listener) => engine.onDecision(() => listener()),
    settled: () => history.settled(),
    tell: (news) => engine.submit({ type: "drill", news }),
    onFault: (what, error) => log.fault(what, error),
  };
  const drills = new Drills(faults);
  const preparation: DrillPreparation = { faults, view, ownFolders: [facts.stateFolder] };
  const schedule = new DrillSchedule({
    clock,
    drills,
    view,
    prepare: (request, by, planned) => prepareDrill(preparation, request, by, planned),
    tell: faults.tell,
  });
  return { drills, schedule, preparation };
}
