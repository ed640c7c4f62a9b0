import * as z from "zod/mini";
import type { Dispatch, DispatchContext, Notice, SecretPlaces } from "../base/destination.ts";
import { fail, type Result, succeed } from "../base/result.ts";

/** What the configuration has to check about a destination's parameters. */
export interface DestinationLinks {
  /** A program that it runs. */
  readonly command: readonly [string, ...string[]] | null;
  /** Who is told, for people: `https://hooks.example.org`; without anything secret. */
  readonly place: string;
}

/** A value that does not fit to the others. */
export interface Complaint {
  readonly key: string;
  readonly what: string;
  readonly hint: string | null;
  /** It is possible, but hardly meant so. */
  readonly isWarning?: boolean;
}

/** What the author of a destination writes: one file, and a line in `registry.ts`. */
export interface DestinationDefinition<Params extends z.ZodMiniObject> {
  /** As in `type: webhook`. */
  readonly name: string;
  readonly title: string;
  /** One sentence: what is told, and how. */
  readonly tells: string;
  /** One sentence: what nobody hears from it. */
  readonly cannotTell: string;
  /** Strict object; keys in kebab-case, each described. */
  readonly params: Params;
  /** An example of its keys, as YAML in one line. */
  readonly example: string;
  readonly defaults: {
    /** Which events without a filter: what needs a person and ends of incidents, or more. */
    readonly events: "urgent" | "incidents" | "all";
    /** So many in a minute. */
    readonly perMinute: number;
  };
  /** What is read from files or the environment right before each try. */
  readonly secrets?: (params: z.output<Params>) => SecretPlaces;
  readonly links: (params: z.output<Params>) => DestinationLinks;
  readonly check?: (params: z.output<Params>) => readonly Complaint[];
  /** What is sent about a notice; null = nothing, which counts as told. Pure. */
  readonly dispatch: (
    params: z.output<Params>,
    notice: Notice,
    context: DispatchContext,
  ) => Dispatch | null;
}

/** Parameters that were read, with what follows from them. */
export interface ReadDestination {
  readonly params: Readonly<Record<string, unknown>>;
  readonly secrets: SecretPlaces;
  readonly links: DestinationLinks;
  readonly complaints: readonly Complaint[];
  readonly dispatch: (notice: Notice, context: DispatchContext) => Dispatch | null;
}

/** A kind of destination with its parameters' type hidden, as the registry holds it. */
export interface DestinationType
  extends Pick<
    DestinationDefinition<z.ZodMiniObject>,
    "name" | "title" | "tells" | "cannotTell" | "example" | "defaults"
  > {
  readonly params: z.ZodMiniObject;
  /** The parameters as configured (kebab-case keys, durations as text) or zod's issues. */
  readonly read: (input: unknown) => Result<ReadDestination, readonly z.core.$ZodIssue[]>;
}

/** Checks a definition against the contract and hides the type of its parameters. */
export function defineDestination<Params extends z.ZodMiniObject>(
  definition: DestinationDefinition<Params>,
): DestinationType {
  const { name, title, tells, cannotTell, example, defaults } = definition;
  return {
    name,
    title,
    tells,
    cannotTell,
    example,
    defaults,
    params: definition.params,
    read: (input) => {
      const parsed = z.safeParse(definition.params, input);
      if (!parsed.success) return fail(parsed.error.issues);
      const params = parsed.data;
      return succeed({
        params,
        secrets: definition.secrets?.(params) ?? {},
        links: definition.links(params),
        complaints: definition.check?.(params) ?? [],
        dispatch: (notice, context) => definition.dispatch(params, notice, context),
      });
    },
  };
}
