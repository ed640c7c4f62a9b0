import type {
  ConfigAppliedAnswer,
  ConfigHistoryAnswer,
  ConfigPlanAnswer,
  ConfigVersionFacts,
} from "../api/config-answers.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import { fail, type Result, succeed } from "../base/result.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import type { ConfigRead } from "./agent-parts.ts";
import { describePlan, notValid } from "./config-plan.ts";
import {
  appliedMeanwhile,
  fileChanged,
  noLongerValid,
  noSuchVersion,
  notWritten,
  obstacleOf,
  otherText,
  reasonOf,
  tooOld,
  unreadable,
} from "./config-refusals.ts";
import { loadMigrated } from "./load-migrated.ts";
import { ConfigTokens, type Planned } from "./config-tokens.ts";
import type {
  ApplyRequest,
  ConfigurationParts,
  PlanRequest,
  Reloaded,
} from "./configuration-parts.ts";
import type { Refusal } from "./caller.ts";
import { Versions } from "./versions.ts";
import { within } from "./within.ts";

/** One answer of a disk; a configuration and what belongs to it is a few small files. */
const DISK_LIMIT: Millis = 5 * SECOND;
const HISTORY_FAULT = "the history of the configuration cannot be kept";

const FOUND = "found when the agent started";
const NEVER_IN_FORCE = "found in the file, replaced without ever being in force";

type Applied = Result<ConfigAppliedAnswer, Refusal>;

/** The configuration in daily life: plan, confirm token, apply, undo, history. One change at a time. */
export class Configuration {
  readonly #parts: ConfigurationParts;
  readonly #versions: Versions;
  readonly #tokens: ConfigTokens;
  /** Ends when nothing is being changed. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: ConfigurationParts) {
    this.#parts = parts;
    this.#versions = new Versions(parts.clock, parts.files);
    this.#tokens = new ConfigTokens(parts.clock);
  }

  /** Reads the history, and notes what is in force when it is not the newest of it. */
  begin(): Promise<void> {
    return this.#alone(async () => {
      const { text } = this.#parts.current().config;
      try {
        await this.#versions.load(text);
        await this.#disk(this.#parts.files.clean());
        await this.#versions.keep({ kind: "start", by: "agent", message: FOUND }, text);
      } catch (error) {
        this.#parts.onFault(HISTORY_FAULT, error);
      }
    });
  }

  /** Says what a configuration would change and do; gives a token for exactly that. */
  plan(request: PlanRequest, by: string): Promise<Result<ConfigPlanAnswer, Refusal>> {
    // In its turn, because what it says must be true when it is said.
    return this.#alone(async () => {
      const given = await this.#textOf(request);
      if (!given.ok) return given;
      const text = given.value;
      const loaded = await loadMigrated(this.#parts.load, text);
      if (!loaded.ok) return succeed(notValid(loaded.problems));
      const file = await this.#readFile();
      if (!file.ok) return file;
      const { config } = this.#parts.current();
      const { isRestarting, isOverwriting } = request;
      const obstacle = isOverwriting ? null : obstacleOf(file.value, config.text, text);
      const effects = this.#parts.effects(loaded.config, isRestarting, by);
      const planned: Planned = {
        base: this.#hash(config.text),
        text: this.#hash(text),
        file: this.#hashOf(file.value),
        isRestarting,
      };
      return succeed({
        isValid: true,
        problems: [...loaded.warnings],
        plan: describePlan(effects, loaded.notes, loaded.config.text !== config.text),
        token: obstacle === null ? this.#tokens.issue(planned) : null,
        obstacle,
      });
    });
  }

  /** Writes the file and takes it into force; what cannot be written or undone is not applied. */
  apply(request: ApplyRequest, by: string): Promise<Applied> {
    return this.#alone(async () => {
      const { text, token } = request;
      const current = this.#parts.current();
      const planned = this.#tokens.find(token);
      const refusal = this.#refusal(planned, text);
      if (planned === null || refusal !== null) return fail(refusal ?? tooOld());
      const file = await this.#readFile();
      if (!file.ok) return file;
      if (this.#hashOf(file.value) !== planned.file) return fail(fileChanged());
      const loaded = await loadMigrated(this.#parts.load, text);
      if (!loaded.ok) return fail(noLongerValid());
      const { config } = loaded;
      const isSame = config.text === current.config.text && file.value === config.text;
      const inForce = this.#inForce();
      if (isSame && inForce !== null) {
        return succeed({ version: inForce.id, undo: null, changes: 0, restarted: [] });
      }
      return await this.#write(config, file.value, request, planned, by);
    });
  }

  /** The same with the text of an older version, kept byte for byte where its format is today's. */
  async rollback(version: number, token: string, message: string, by: string): Promise<Applied> {
    const given = await this.#textOf({ version });
    if (!given.ok) return given;
    return this.apply({ text: given.value, token, message, of: version }, by);
  }

  /** Reads the file again and takes it into force when it is valid. */
  reload(by: string): Promise<Reloaded> {
    return this.#alone(async () => {
      const { read, putInForce } = this.#parts;
      let found: ConfigRead;
      try {
        found = await this.#disk(read());
      } catch (error) {
        return { changes: 0, problems: [reasonOf(error)] };
      }
      if (!found.ok) return { changes: 0, problems: found.problems };
      const { config } = found;
      // The file has it already: a history that cannot be kept does not keep it out of force.
      const begun = await this.#beginReload(config.text, by);
      const version = begun?.id ?? this.#versions.withText(config.text)?.id ?? null;
      const { changes } = putInForce(config, { by, version, isRestarting: false });
      if (begun !== null) await this.#finish(begun);
      return { changes, problems: [] };
    });
  }

  history(): ConfigHistoryAnswer {
    const { config, isLastGood } = this.#parts.current();
    const inForce = this.#inForce()?.id ?? null;
    return { path: config.path, inForce, isLastGood, versions: [...this.#versions.list] };
  }

  /** The text of a version, or of what is in force. */
  async version(
    id: number | null,
  ): Promise<Result<{ text: string; version: ConfigVersionFacts | null }, Refusal>> {
    if (id === null) {
      return succeed({ text: this.#parts.current().config.text, version: this.#inForce() });
    }
    const text = await this.#textOf({ version: id });
    return text.ok ? succeed({ text: text.value, version: this.#versions.find(id) }) : text;
  }

  async #write(
    config: LoadedConfig,
    fileText: string | null,
    { message, of }: ApplyRequest,
    { isRestarting }: Planned,
    by: string,
  ): Promise<Applied> {
    const { files, current, putInForce, keepLastGood } = this.#parts;
    let begun: ConfigVersionFacts | null = null;
    let isWanted = true;
    try {
      // Whatever is replaced can be brought back: what somebody wrote into the file by hand, too.
      const { text } = current().config;
      if (fileText !== null && fileText !== text && fileText !== config.text) {
        await this.#versions.keep({ kind: "file", by, message: NEVER_IN_FORCE }, fileText);
      }
      if (this.#inForce() === null) {
        await this.#versions.keep({ kind: "start", by: "agent", message: FOUND }, text);
      }
      const kind = of === null ? "apply" : "rollback";
      begun = await this.#versions.begin({ kind, by, message, of }, config.text);
      await this.#disk(files.replace(config.text, () => isWanted));
    } catch (error) {
      isWanted = false;
      if (begun !== null) this.#versions.drop(begun);
      return fail(notWritten(error));
    }
    const undo = this.#inForce()?.id ?? null;
    const { changes, restarted } = putInForce(config, { by, version: begun.id, isRestarting });
    keepLastGood(config.text);
    await this.#finish(begun);
    return succeed({ version: begun.id, undo, changes, restarted: [...restarted] });
  }

  /** Null when it is the newest already, or cannot be kept. */
  async #beginReload(text: string, by: string): Promise<ConfigVersionFacts | null> {
    if (this.#versions.isNewest(text)) return null;
    try {
      const origin = { kind: "reload", by, message: "the file was read again" } as const;
      return await this.#versions.begin(origin, text);
    } catch (error) {
      this.#parts.onFault(HISTORY_FAULT, error);
      return null;
    }
  }

  async #finish(begun: ConfigVersionFacts): Promise<void> {
    try {
      await this.#versions.finish(begun);
    } catch (error) {
      this.#parts.onFault(HISTORY_FAULT, error);
    }
  }

  #refusal(planned: Planned | null, text: string): Refusal | null {
    if (planned === null) return tooOld();
    if (planned.base !== this.#hash(this.#parts.current().config.text)) {
      return appliedMeanwhile(this.#inForce());
    }
    return planned.text === this.#hash(text) ? null : otherText();
  }

  async #textOf(request: Pick<PlanRequest, "text" | "version">): Promise<Result<string, Refusal>> {
    if (request.text !== undefined) return succeed(request.text);
    const id = request.version ?? 0;
    if (this.#versions.find(id) === null) return fail(noSuchVersion(id));
    try {
      return succeed(await this.#versions.text(id));
    } catch (error) {
      return fail(unreadable(`version ${id}`, error));
    }
  }

  async #readFile(): Promise<Result<string | null, Refusal>> {
    try {
      return succeed(await this.#disk(this.#parts.files.read()));
    } catch (error) {
      return fail(unreadable(this.#parts.current().config.path, error));
    }
  }

  /** The newest version that has the text in force. */
  #inForce(): ConfigVersionFacts | null {
    return this.#versions.withText(this.#parts.current().config.text);
  }

  #hash(text: string): string {
    return this.#parts.files.hash(text);
  }

  #hashOf(text: string | null): string | null {
    return text === null ? null : this.#hash(text);
  }

  #disk<Value>(work: Promise<Value>): Promise<Value> {
    return within(this.#parts.clock, DISK_LIMIT, work);
  }

  #alone<Value>(work: () => Promise<Value>): Promise<Value> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }
}
