import { formatDuration, type Millis } from "../base/duration.ts";
import type { StepKind, Verdict } from "../core/event.ts";
import type { ServerAction } from "../core/model.ts";
import { spellUnits } from "./spacing.ts";

type Table<Key extends string> = Readonly<Record<Key, string>>;

/** The words of a language that puts nouns before names and needs no plural: Japanese, Chinese. */
export interface WordTables {
  readonly units: ReadonlyMap<string, string>;
  /** What the policy itself gives as a reason; the reasons of probes and programs stay as they are. */
  readonly reasons: ReadonlyMap<string, string>;
  readonly nouns: Table<
    | "resource"
    | "group"
    | "monitor"
    | "allGroups"
    | "server"
    | "nothing"
    | "everything"
    | "noReason"
  >;
  readonly steps: Table<StepKind>;
  readonly verdicts: Table<Verdict>;
  readonly boots: ReadonlyMap<string, string>;
  readonly held: Table<"record" | "packageWork">;
  readonly limit: (counted: number, limit: number) => string;
  readonly deeds: Table<ServerAction>;
  readonly states: ReadonlyMap<string, string>;
  readonly plans: ReadonlyMap<string, string>;
  /** Beyond the threshold, while a server-level action has to wait. */
  readonly again: string;
  readonly times: (attempt: number, allowed: number) => string;
}

/** A name of the configuration, marked as one. */
function quote(name: string): string {
  return `\`${name}\``;
}

/** Names one after the other. */
function list(names: readonly string[]): string {
  return names.map(quote).join("、");
}

/** Words made of tables. What a table does not have, of a newer agent perhaps, is said as it is. */
export function createWords(tables: WordTables) {
  return {
    quote,
    list,
    ...wordsOfThings(tables),
    ...wordsOfKinds(tables),
    ...wordsOfSteps(tables),
  };
}

function wordsOfThings({ nouns }: WordTables) {
  /** What a step works on: a resource, a group, all groups, the server. */
  function target(name: string): string {
    if (name.includes("/")) return `${nouns.resource}${quote(name)}`;
    if (name === "all-groups") return nouns.allGroups;
    if (name === "server") return nouns.server;
    return name === "none" ? nouns.nothing : `${nouns.group}${quote(name)}`;
  }

  /** What an incident or a suspension is about; a bare name is a group's. */
  function scope(name: string): string {
    if (name === "all") return nouns.everything;
    if (name.startsWith("monitor:"))
      return `${nouns.monitor}${quote(name.slice("monitor:".length))}`;
    return target(name.startsWith("group:") ? name.slice("group:".length) : name);
  }

  /** What a planned window suspends: names separated by commas. */
  function scopes(names: string): string {
    return names.split(", ").map(scope).join("、");
  }

  /** A member of an incident: a monitor, or a resource that could not be started. */
  function member(name: string): string {
    return `${name.includes("/") ? nouns.resource : nouns.monitor}${quote(name)}`;
  }

  return { target, scope, scopes, member };
}

function wordsOfKinds({ units, steps, verdicts, boots, deeds, states, plans }: WordTables) {
  return {
    /** A span as people read it: minutes and seconds spelled out. */
    span: (length: Millis): string => spellUnits(formatDuration(length), units),
    /** A rung of the ladder. */
    step: (kind: string): string => (isKey(steps, kind) ? steps[kind] : quote(kind)),
    /** How an incident ended. */
    verdict: (kind: string): string => (isKey(verdicts, kind) ? verdicts[kind] : kind),
    /** What the policy says of the end of the boot before. */
    bootVerdict: (kind: string): string => boots.get(kind) ?? kind,
    /** A server-level action as something to be done. */
    deed: (action: string): string => (isKey(deeds, action) ? deeds[action] : action),
    /** The state of a monitor, a resource or a group; the outcome of a probe. */
    condition: (name: string): string => states.get(name) ?? name,
    /** What is being done to a target. */
    work: (kind: string): string => plans.get(kind) ?? kind,
  };
}

function wordsOfSteps({ nouns, reasons, held, limit: limitReached, again, times }: WordTables) {
  /** A reason at the end of a sentence: without its own full stop, never empty. */
  function because(reason: string): string {
    const text = reason.trim().replace(/\.$/, "");
    return text === "" ? nouns.noReason : (reasons.get(text) ?? text);
  }

  /** Why a server-level action is held back. */
  function heldBack(kind: string, counted: number, limit: number): string {
    if (kind === "limit") return limitReached(counted, limit);
    return kind === "record" ? held.record : because(kind);
  }

  /** Why recovery waits. */
  function heldBy(kind: string): string {
    return kind === "package-work" ? held.packageWork : because(kind);
  }

  /** Restarts beyond the threshold go on only while a server-level action has to wait. */
  function tries(taken: { readonly attempt: number; readonly allowed: number }): string {
    const { attempt, allowed } = taken;
    return attempt > allowed ? again : times(attempt, allowed);
  }

  return { because, heldBack, heldBy, tries };
}

function isKey<Key extends string>(table: Table<Key>, key: string): key is Key {
  return Object.hasOwn(table, key);
}
