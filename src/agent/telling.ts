import { hostname } from "node:os";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { Event } from "../core/event.ts";
import type { Host } from "../ports/host.ts";
import type { AgentParts } from "./agent-parts.ts";
import type { Engine } from "./engine.ts";
import { Heartbeat } from "./heartbeat.ts";
import { readHeardFile } from "./heard-file.ts";
import { Hearing } from "./hearing.ts";
import type { History } from "./history.ts";
import { LazyDestinations } from "./lazy-destinations.ts";
import { type MailDuty, mailDutyOf } from "./mail-duty.ts";
import { PostDisk } from "./post-disk.ts";
import { type Reporting, reportingOf } from "./reporting.ts";
import type { DrillRouteParts } from "./drill-routes.ts";
import type { Reports } from "./reports.ts";
import type { ShellFacts } from "./status.ts";
import type { View } from "./view.ts";

export interface TellingParts {
  readonly engine: Engine;
  readonly history: History;
  readonly host: Host;
  readonly view: () => View;
  readonly shell: () => ShellFacts;
  readonly reports: Reports;
  readonly drilling: DrillRouteParts;
}

/** Everybody outside who is told what happens here, and who tells us. */
export class Telling {
  readonly mail: MailDuty;
  readonly hearing: Hearing;
  readonly reporting: Reporting;
  readonly destinations: LazyDestinations;
  readonly #heartbeat: Heartbeat;

  constructor(parts: AgentParts, known: TellingParts) {
    const { engine, history, host } = known;
    const { clock, boot, log, stateFiles: files } = parts;
    const { bootId } = boot;
    const disk = new PostDisk(clock);
    const voice = {
      tell: (event: Event) => log.event(history.append(event)),
      onFault: (what: string, error: unknown) => log.fault(what, error),
    };
    this.mail = mailDutyOf(parts, disk, engine, history);
    const openIncidents = (): readonly string[] => engine.state.incidents.map(({ id }) => id);
    const { openPost } = parts;
    this.destinations = new LazyDestinations(
      { clock, disk, openPost, openIncidents, ...voice },
      history,
    );
    this.#heartbeat = new Heartbeat({ clock, host, server: hostname(), bootId, ...voice });
    const saved = readHeardFile(files);
    this.hearing = new Hearing({ clock, bootId, files, disk, saved, ...voice });
    this.reporting = reportingOf(parts, { ...known, ...known.drilling }, this.mail);
    engine.onDecision((_input, { state }) => this.#heartbeat.decided(state));
  }

  configure(config: LoadedConfig): void {
    this.mail.configure(config);
    this.reporting.configure(config);
    this.#heartbeat.configure(config.heartbeat, config.server.title);
    this.hearing.configure(config.serversHeard);
    this.destinations.configure(config);
  }

  async leave(): Promise<void> {
    this.reporting.leave();
    const left = [this.mail, this.destinations, this.#heartbeat, this.hearing];
    await Promise.all(left.map((one) => one.leave()));
  }
}
