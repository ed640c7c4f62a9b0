/** Destinations of an agent, with everything around them played. */
import assert from "node:assert/strict";
import type { EventRecord } from "../../src/api/answers.ts";
import { Destinations } from "../../src/agent/destinations.ts";
import { PostDisk } from "../../src/agent/post-disk.ts";
import type { QueuedNotice } from "../../src/base/destination.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { LoadedConfig } from "../../src/config/loaded-config.ts";
import { readDestinations } from "../../src/config/read-destinations.ts";
import type { Event, EventId } from "../../src/core/event.ts";
import type { OpenPost } from "../../src/ports/post.ts";
import { FakeClock, settle } from "../agent/fake-clock.ts";
import { SAMPLES } from "../events/samples.ts";
import { FakePost } from "../mail/fake-post.ts";
import { until } from "../process/lab.ts";

export function config(destinations: string): LoadedConfig {
  const text = `destinations: ${destinations}\nmonitors: { backup: { type: message } }\n`;
  const loaded = loadConfig(text, "/etc/x.yaml", { readDestinations });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config;
}

export const HOOK = 'hook: { type: webhook, url: "https://hooks.example.org/x" }';

/** Destinations with everything around them played; posts outlive them, as files do. */
export class Bench {
  readonly clock = new FakeClock();
  readonly told: Event[] = [];
  readonly faults: string[] = [];
  readonly posts: Map<string, FakePost<QueuedNotice>>;
  readonly all: Destinations;
  open: readonly string[] = [];
  #seq = 0;

  constructor(destinations = `{ ${HOOK} }`, posts = new Map<string, FakePost<QueuedNotice>>()) {
    this.posts = posts;
    this.all = new Destinations({
      clock: this.clock,
      disk: new PostDisk(this.clock),
      openPost: ((queue: string) => this.post(queue.replace("destinations/", ""))) as OpenPost,
      openIncidents: () => this.open,
      tell: (event) => {
        this.told.push(event);
        this.hear(event.id, null, event.fields);
      },
      onFault: (what, error) => this.faults.push(`${what}: ${String(error)}`),
    });
    this.all.configure(config(destinations));
  }

  post(name = "hook"): FakePost<QueuedNotice> {
    const known = this.posts.get(name) ?? new FakePost<QueuedNotice>();
    this.posts.set(name, known);
    return known;
  }

  hear(id: EventId, incident: string | null = null, fields: object = {}): void {
    this.#seq += 1;
    const all = { ...SAMPLES[id], ...fields };
    this.all.hear({
      seq: this.#seq,
      wall: this.clock.wall(),
      id,
      incident,
      fields: all,
    } satisfies EventRecord);
  }

  /** Time passes, and what is lazy has been loaded. */
  async pass(ms: number): Promise<void> {
    await this.clock.pass(ms);
    for (let turn = 0; turn < 60; turn += 1) await settle();
    await this.clock.pass(0);
  }

  waiting(name = "hook"): readonly QueuedNotice[] {
    return [...this.post(name).durable.mails.values()];
  }

  ids(name = "hook"): readonly string[] {
    return this.waiting(name).map(({ notice }) => notice.id);
  }
}

/** The texts are loaded lazily: once for all tests. */
export async function ready(bench: Bench): Promise<Bench> {
  await until("they are loaded", () => bench.all.names.length > 0);
  await bench.pass(0);
  return bench;
}
