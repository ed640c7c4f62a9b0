import type * as z from "zod/mini";
import { CHAT_ADDRESS } from "../base/chat-address.ts";
import { REMOVED, redactLine } from "../base/redact.ts";
import type { Severity } from "../base/severity.ts";
import { CATALOGUE } from "../events/catalogue.ts";
import type { Complaint, DestinationType, ReadDestination } from "../notifiers/define.ts";
import { DESTINATION_TYPES } from "../notifiers/registry.ts";
import { destination as destinationSchema } from "./destination.ts";
import type { KeyPath } from "./document.ts";
import { reportIssues, unknownKey } from "./issues.ts";
import type { LoadedDestination, LoadedDestinations } from "./loaded-destinations.ts";
import { type Entry, isRaw, type Raw, type Reading, readNamedMap } from "./named-map.ts";
import { checkProgram, withAbsoluteProgram } from "./programs.ts";
import { salvage, withoutWrong } from "./salvage.ts";
import { didYouMean } from "./suggest.ts";
import { written } from "./written.ts";

const MAX_DESTINATIONS = 20;
const RULES = {
  kind: "destination",
  most: MAX_DESTINATIONS,
  reserved: new Set<string>(),
  example:
    "Write `chat: { type: webhook, url: { file: /etc/solosafe/chat.url }, template: slack }`.",
};

type Common = z.output<typeof destinationSchema>;

/** Reads the top-level key `destinations`. */
export function readDestinations(reading: Reading, value: unknown): LoadedDestinations {
  const destinations = new Map<string, LoadedDestination>();
  const effective: Record<string, unknown> = {};
  for (const entry of readNamedMap(reading, ["destinations"], value, RULES)) {
    const type = typeOf(reading, entry);
    const found = type === null ? null : readOne(reading, entry, type);
    if (found === null) continue;
    destinations.set(entry.name, found.destination);
    effective[entry.name] = found.effective;
  }
  return { destinations, effective };
}

function typeOf({ report }: Reading, { path, raw }: Entry): DestinationType | null {
  const given = raw["type"];
  const names = [...DESTINATION_TYPES.keys()];
  const list = `There are ${names.map((one) => `\`${one}\``).join(", ")}.`;
  if (given === undefined) {
    const what = "it is not said which type of destination this is";
    report.error(path, { code: "config/missing-key", what, hint: list, at: "key" });
    return null;
  }
  const type = typeof given === "string" ? DESTINATION_TYPES.get(given) : undefined;
  if (type !== undefined) return type;
  const name = typeof given === "string" ? given : JSON.stringify(given);
  const what = `\`${name.slice(0, 60)}\` is not a type of destination`;
  const hint = (): string => didYouMean(name, names) ?? list;
  report.error([...path, "type"], { code: "config/unknown-type", what, hint });
  return null;
}

interface Found {
  readonly destination: LoadedDestination;
  readonly effective: Raw;
}

function readOne(
  reading: Reading,
  { name, path, raw }: Entry,
  type: DestinationType,
): Found | null {
  const { report } = reading;
  const { common, params } = split(reading, path, raw, type);
  const shared = salvage(report, destinationSchema, common, { base: path });
  const own = readParams(reading, path, type, params);
  if (shared === null || own === null) return null;
  checkIds(reading, path, shared.value);
  for (const complaint of own.complaints) complain(reading, path, complaint);
  checkProgram(reading, [...path, "command"], own.links.command ?? undefined);
  const { severity, modules, events, except, timeout } = shared.value;
  const isFiltered = severity !== undefined || modules !== undefined || events !== undefined;
  const perMinute = shared.value["per-minute"] ?? type.defaults.perMinute;
  const inForce = written(type.params, own.params);
  const destination: LoadedDestination = {
    name,
    type: type.name,
    params: inForce,
    place: own.links.place,
    filter: {
      scope: isFiltered ? "all" : type.defaults.events,
      least: severity ?? ("info" satisfies Severity),
      modules: modules ?? null,
      events: events ?? null,
      except,
    },
    perMinute,
    timeoutMs: timeout,
    keepTryingMs: shared.value["keep-trying"],
  };
  const effective = {
    ...written(destinationSchema, { ...shared.value, "per-minute": perMinute }),
    ...shown(inForce),
  };
  return { destination, effective };
}

function split({ report, folder }: Reading, path: KeyPath, raw: Raw, type: DestinationType) {
  const common: Record<string, unknown> = {};
  const params: Record<string, unknown> = {};
  const commonKeys = Object.keys(destinationSchema.shape);
  const typeKeys = Object.keys(type.params.shape);
  for (const [key, value] of Object.entries(raw)) {
    if (commonKeys.includes(key)) common[key] = value;
    else if (typeKeys.includes(key)) {
      params[key] = key === "command" ? withAbsoluteProgram(folder, value) : value;
    } else report.error([...path, key], unknownKey(key, [...commonKeys, ...typeKeys]));
  }
  return { common, params };
}

function readParams(
  { report }: Reading,
  path: KeyPath,
  type: DestinationType,
  params: Raw,
): ReadDestination | null {
  const own = type.read(params);
  if (own.ok) return own.value;
  reportIssues(report, { base: path, schema: type.params, input: params }, own.problem);
  const rest = type.read(withoutWrong(params, own.problem));
  // What fits together is asked of what is whole only.
  return rest.ok ? { ...rest.value, complaints: [] } : null;
}

function complain({ report }: Reading, path: KeyPath, { key, what, hint, isWarning }: Complaint) {
  const place = key === "" ? path : [...path, key];
  const at = key === "" ? "key" : "value";
  if (isWarning === true) report.warn(place, { code: "config/unusual", what, hint, at });
  else report.error(place, { code: "config/wrong-value", what, hint, at });
}

function checkIds({ report }: Reading, path: KeyPath, common: Common): void {
  for (const key of ["events", "except"] as const) {
    for (const [at, id] of (common[key] ?? []).entries()) {
      if (Object.hasOwn(CATALOGUE, id)) continue;
      report.error([...path, key, String(at)], {
        code: "config/unknown-name",
        what: `there is no event \`${id}\``,
        hint: () =>
          didYouMean(id, Object.keys(CATALOGUE)) ??
          "They stand in REFERENCE.md, and in `solosafe events`.",
      });
    }
  }
}

/** Without what is secret by itself: the address of a chat, a header or variable with such a name. */
function shown(params: Raw): Raw {
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => {
      if (isRaw(value)) return [key, named(value)];
      return [
        key,
        typeof value === "string" ? value.replace(CHAT_ADDRESS, `$1/${REMOVED}`) : value,
      ];
    }),
  );
}

function named(values: Raw): Raw {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      if (typeof value !== "string") return [key, value];
      const head = `${key}: `;
      const line = redactLine(head + value);
      return [key, line.startsWith(head) ? line.slice(head.length) : REMOVED];
    }),
  );
}
