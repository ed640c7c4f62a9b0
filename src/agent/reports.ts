import type { AgentParts } from "./agent-parts.ts";
import { Availability } from "./availability.ts";
import { BootReports } from "./boot-reports.ts";
import type { Engine } from "./engine.ts";

/** What is found out and measured beside deciding: why boots ended, how long things were up. */
export class Reports {
  readonly boots: BootReports;
  readonly availability: Availability;

  constructor(parts: AgentParts, engine: Engine) {
    const { boot, clock, stateFiles, bootFiles, saved, runRole, facts, log } = parts;
    const onFault = (what: string, error: unknown): void => log.fault(what, error);
    const { record } = saved;
    this.availability = new Availability({
      clock,
      files: stateFiles,
      bootId: boot.bootId,
      onFault,
      wasShutDown: record?.mark === "closed" && record.intent === null,
    });
    engine.onDecision((_input, { state }) => this.availability.decided(engine.model, state));
    const words = ["--keep", `${facts.stateFolder}/kernel-logs`, "--booted"];
    this.boots = new BootReports({
      ...boot,
      clock,
      files: bootFiles,
      saved,
      onFault,
      runWitness: (booted, timeoutMs, bytes) =>
        runRole("witness", [...words, String(booted)], timeoutMs, bytes),
      tell: (event) => {
        engine.submit({ type: "bootExplained", event });
        this.availability.explained(event);
      },
    });
  }

  /** Settles when the boot before is explained, or cannot be. */
  async begin(): Promise<void> {
    this.availability.start();
    await this.boots.begin();
    this.availability.explained(null);
  }
}
