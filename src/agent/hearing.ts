import type { HeardBeat, HeardServer } from "../api/contract-heard.ts";
import { fail } from "../base/result.ts";
import type { LoadedServerHeard } from "../config/servers-heard.ts";
import type { Refusal } from "./caller.ts";
import type { Handlers } from "./control.ts";
import type { HeardParts, HeardServers } from "./heard-servers.ts";

/** The way to the servers that are listened to. Nothing is loaded before one is configured. */
export class Hearing {
  readonly #parts: HeardParts;
  #rules: readonly LoadedServerHeard[] = [];
  #servers: HeardServers | null = null;
  #loaded: Promise<HeardServers> | null = null;
  #isStopped = false;

  constructor(parts: HeardParts) {
    this.#parts = parts;
  }

  configure(rules: readonly LoadedServerHeard[]): void {
    const isSame = JSON.stringify(rules) === JSON.stringify(this.#rules);
    if (isSame) return;
    this.#rules = rules;
    if (this.#servers !== null) this.#servers.configure(rules);
    else void this.#open().catch((error: unknown) => this.#parts.onFault("other servers", error));
  }

  readonly take: Handlers["heartbeat"] = async (beat: HeardBeat, caller) => {
    if (this.#rules.length === 0) return fail(NOBODY);
    return (await this.#open()).take(beat, caller);
  };

  status(): HeardServer[] {
    return this.#servers?.status() ?? [];
  }

  async leave(): Promise<void> {
    this.#isStopped = true;
    await this.#servers?.leave();
  }

  #open(): Promise<HeardServers> {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }

  async #load(): Promise<HeardServers> {
    const { HeardServers } = await import("./heard-servers.ts");
    const servers = new HeardServers(this.#parts);
    servers.configure(this.#rules);
    if (this.#isStopped) await servers.leave();
    else this.#servers = servers;
    return servers;
  }
}

const NOBODY: Refusal = {
  status: 404,
  code: "heartbeat/unknown-server",
  message: "nobody listens here to other servers",
  hint: "Add `servers-heard:` to the configuration here.",
};
