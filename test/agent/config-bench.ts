import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { ConfigAppliedAnswer, ConfigPlanAnswer } from "../../src/api/config-answers.ts";
import type { Result } from "../../src/base/result.ts";
import { Configuration } from "../../src/agent/configuration.ts";
import type { Refusal } from "../../src/agent/caller.ts";
import { compareConfigs } from "../../src/config/difference.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { LoadedConfig } from "../../src/config/loaded-config.ts";
import { createConfigFiles } from "../../src/host/config-files.ts";
import type { ConfigFiles } from "../../src/ports/config-files.ts";
import { FakeClock } from "./fake-clock.ts";

/** A configuration with one number in it by which it is known. */
export function configOf(seconds: number): string {
  return `version: 1\nmonitors:\n  page: { http: "http://127.0.0.1/", interval: ${seconds}s }\n`;
}

/** What a test may put in the way of the disk. */
export interface Faults {
  /** Called before each writing step; a rejection is the disk's, a promise that hangs is its hang. */
  before: (step: "version" | "replace" | "rename" | "read", text: string) => Promise<void> | void;
}

/** A `Configuration` on real files in a folder of its own, with everything around it faked. */
export class ConfigBench {
  readonly folder: string;
  readonly path: string;
  readonly clock = new FakeClock();
  readonly faults: Faults = { before: () => {} };
  readonly applied: string[] = [];
  readonly lastGood: string[] = [];
  readonly told: unknown[] = [];
  current: LoadedConfig;
  configuration: Configuration;

  constructor(t: TestContext, text: string) {
    this.folder = mkdtempSync(join(tmpdir(), "solosafe-config-"));
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
    mkdirSync(join(this.folder, "etc"));
    this.path = join(this.folder, "etc", "solosafe.yaml");
    writeFileSync(this.path, text);
    this.current = this.#load(text);
    this.configuration = this.#create();
  }

  get file(): string {
    return readFileSync(this.path, "utf8");
  }

  write(text: string): void {
    writeFileSync(this.path, text);
  }

  /** The agent is gone and another one starts with what is in the file. */
  async restart(): Promise<void> {
    this.faults.before = () => {};
    this.current = this.#load(this.file);
    this.configuration = this.#create();
    await this.configuration.begin();
  }

  plan(
    given: { text: string } | { version: number },
    more: { isRestarting?: boolean; isOverwriting?: boolean } = {},
  ): Promise<Result<ConfigPlanAnswer, Refusal>> {
    const request = { isRestarting: false, isOverwriting: false, ...more, ...given };
    return this.configuration.plan(request, "ann");
  }

  /** The token of a plan that can be applied. */
  async token(
    given: { text: string } | { version: number },
    isOverwriting = false,
  ): Promise<string> {
    const planned = await this.plan(given, { isOverwriting });
    if (!planned.ok || planned.value.token === null) throw new Error(JSON.stringify(planned));
    return planned.value.token;
  }

  apply(text: string, token: string, by = "ann"): Promise<Result<ConfigAppliedAnswer, Refusal>> {
    return this.configuration.apply({ text, token, message: "", of: null }, by);
  }

  async change(text: string, by = "ann"): Promise<ConfigAppliedAnswer> {
    const done = await this.apply(text, await this.token({ text }), by);
    if (!done.ok) throw new Error(JSON.stringify(done));
    return done.value;
  }

  async rollBack(version: number): Promise<ConfigAppliedAnswer> {
    const token = await this.token({ version });
    const done = await this.configuration.rollback(version, token, "", "bob");
    if (!done.ok) throw new Error(JSON.stringify(done));
    return done.value;
  }

  #load(text: string): LoadedConfig {
    const loaded = loadConfig(text, this.path);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    return loaded.config;
  }

  #create(): Configuration {
    return new Configuration({
      clock: this.clock,
      files: this.#files(),
      load: async (text) => loadConfig(text, this.path),
      read: async () => ({ ok: true, config: this.#load(this.file) }),
      keepLastGood: (text) => this.lastGood.push(text),
      current: () => ({ config: this.current, isLastGood: false }),
      effects: (config) => ({
        difference: compareConfigs(this.current, config),
        stops: [],
        starts: [],
        atNextStart: [],
        adopted: [],
        leftRunning: [],
        withdrawn: [],
      }),
      putInForce: (config, { by }) => {
        const changes = compareConfigs(this.current, config).keys.length;
        this.current = config;
        this.applied.push(by);
        return { changes, restarted: [] };
      },
      onFault: (_what, error) => this.told.push(error),
    });
  }

  #files(): ConfigFiles {
    const real = createConfigFiles(this.path, join(this.folder, "state", "config"), 1024 * 1024);
    const faults = this.faults;
    return {
      ...real,
      read: async () => {
        await faults.before("read", "");
        return await real.read();
      },
      replace: async (text, isWanted) => {
        await faults.before("replace", text);
        await real.replace(text, isWanted);
      },
      versions: {
        ...real.versions,
        write: async (name, text) => {
          await faults.before("version", text);
          await real.versions.write(name, text);
        },
        rename: async (from, to) => {
          await faults.before("rename", to);
          await real.versions.rename(from, to);
        },
      },
    };
  }
}
