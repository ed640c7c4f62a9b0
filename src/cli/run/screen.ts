import type { EventRecord, ServerStatus } from "../../api/answers.ts";
import { type Context, withProgram } from "../context.ts";
import { clock, eventLine } from "../event-line.ts";
import { wrap } from "../layout.ts";
import { paintState } from "../paint.ts";
import { describeStatus } from "../status-text.ts";

/** What a running foreground shows: a calm log that only scrolls, nothing is drawn over. */
export class Screen {
  readonly #context: Context;
  #lastSummary = "";

  constructor(context: Context) {
    this.#context = context;
  }

  /** A sentence of the foreground run itself. */
  say(text: string): void {
    const { paint } = this.#context;
    if (this.#context.isJson) {
      this.#context.out(JSON.stringify({ type: "run", wall: Date.now(), text }));
      return;
    }
    const time = clock(Date.now(), false);
    const line = `${time}   ${withProgram(this.#context, text)}`;
    const broken = wrap(line, this.#context.width, " ".repeat(time.length + 3));
    this.#context.out(`${paint.dim(time)}${paint.bold(broken.slice(time.length))}`);
  }

  event(event: EventRecord): void {
    if (this.#context.isJson) {
      this.#context.out(JSON.stringify({ type: "event", ...event }));
      return;
    }
    this.#context.out(eventLine(this.#context, event, false));
  }

  /** The whole status with air around it: once at the start. */
  status(status: ServerStatus): void {
    this.#lastSummary = summaryOf(this.#context, status);
    if (this.#context.isJson) {
      this.#context.out(JSON.stringify({ type: "status", ...status }));
      return;
    }
    this.#context.out(`\n${indent(describeStatus(this.#context, status))}\n`);
  }

  /** One line of how everything is, when it differs from the last one shown. */
  summary(status: ServerStatus): void {
    const summary = summaryOf(this.#context, status);
    // A suspect is judged within seconds: the line would be out of date before it is read.
    const isOpen = status.monitors.some((one) => one.status === "suspect");
    if (summary === this.#lastSummary || isOpen || this.#context.isJson) return;
    this.#lastSummary = summary;
    const { paint } = this.#context;
    const time = clock(Date.now(), false);
    const isFine = status.monitors.every((one) => one.status === "ok" || one.status === "waiting");
    const sign = status.isHealthy ? paint.green("=") : isFine ? paint.yellow("=") : paint.red("=");
    const broken = wrap(summary, this.#context.width - time.length - 3, "");
    this.#context.out(
      `${paint.dim(time)} ${sign} ${broken.replaceAll("\n", `\n${" ".repeat(time.length + 3)}`)}`,
    );
  }

  /** Lines as they are, for instance what to try. */
  plain(lines: readonly string[]): void {
    if (!this.#context.isJson && lines.length > 0) this.#context.out(lines.join("\n"));
  }
}

function summaryOf(context: Context, status: ServerStatus): string {
  const { paint } = context;
  const resources = status.groups
    .flatMap((group) => group.resources)
    .map((one) => {
      const pid = one.pids[0] === undefined ? "" : paint.dim(` (pid ${one.pids[0]})`);
      return `${one.id} ${paintState(paint, one.phase, one.phase)}${pid}`;
    });
  const bad = status.monitors
    .filter((one) => !["ok", "waiting"].includes(one.status))
    .map((one) => `${one.name} ${paintState(paint, one.status, one.status)}`);
  const fine = status.monitors.filter((one) => one.status === "ok").length;
  const monitors = [`monitors: ${fine} of ${status.monitors.length} ok`, ...bad].join(", ");
  const open = status.incidents.length;
  const incidents =
    open === 0 ? [] : [`${open === 1 ? "an incident is" : `${open} incidents are`} open`];
  return [...resources, monitors, ...incidents].join(" · ");
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
