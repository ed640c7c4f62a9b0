import * as z from "zod/mini";
import type { MonitorType } from "../monitors/define.ts";
import { SPANS } from "../monitors/fields.ts";
import { MONITOR_TYPES } from "../monitors/registry.generated.ts";
import { DESTINATION_TYPES } from "../notifiers/registry.ts";
import { destination } from "./destination.ts";
import { execResource } from "./exec-resource.ts";
import { logUpload } from "./log-upload.ts";
import { LATER_KEYS, NAME_PATTERN } from "./names.ts";
import { mail } from "./mail.ts";
import { configuredDrill } from "./read-drills.ts";
import { logPattern } from "./read-logs.ts";
import { plannedWindow } from "./read-windows.ts";
import { group, monitor, root } from "./schema.ts";
import { serverHeard } from "./servers-heard.ts";
import { serviceResource } from "./service-resource.ts";

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

interface ObjectSchema {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
}

/** The JSON Schema of the configuration as it is written: durations are text, defaults may be left out. */
export function exportSchema(): JsonSchema {
  const top = objectSchema(root);
  const later = [...LATER_KEYS].map((key) => [key, { description: LATER }] as const);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "SoloSafe configuration",
    type: "object",
    additionalProperties: false,
    properties: {
      ...top.properties,
      groups: byName("Groups by name", groupSchema()),
      monitors: byName("Monitors by name", { anyOf: monitorSchemas() }),
      windows: byName("Planned windows by name", plainSchema(plannedWindow)),
      drills: byName("Drills in planned windows, by name", plainSchema(configuredDrill)),
      destinations: byName("Others who are told, by name", { anyOf: destinationSchemas() }),
      mail: { description: "Mail about what needs a person", ...plainSchema(mail) },
      logs: {
        ...byName("What `logs collect` takes besides, by name", plainSchema(logPattern)),
        properties: { upload: { description: UPLOAD, ...plainSchema(logUpload) } },
      },
      "servers-heard": byName(
        "Other servers whose heartbeat comes here, by name",
        plainSchema(serverHeard),
      ),
      ...Object.fromEntries(later),
    },
  };
}

const UPLOAD = "Where `logs collect --upload` sends the archive to";
const LATER = "Known but not built yet; read over with a warning";

/** The JSON Schema of one object as it is written, without its frame. */
export function objectSchema(schema: z.core.$ZodType): ObjectSchema {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      const span = SPANS.get(zodSchema);
      if (span !== undefined) jsonSchema["x-limits"] = span.limits;
    },
  });
  return { properties, required };
}

function byName(description: string, value: JsonSchema): JsonSchema {
  return {
    description,
    type: ["object", "null"],
    propertyNames: { pattern: NAME_PATTERN.source },
    additionalProperties: value,
  };
}

function groupSchema(): JsonSchema {
  const { properties } = objectSchema(group);
  const resources = byName("Resources by name", { anyOf: resourceSchemas() });
  return { type: "object", additionalProperties: false, properties: { ...properties, resources } };
}

function plainSchema(schema: z.core.$ZodType): JsonSchema {
  return { type: "object", additionalProperties: false, ...objectSchema(schema) };
}

function destinationSchemas(): readonly JsonSchema[] {
  const common = objectSchema(destination).properties;
  return [...DESTINATION_TYPES.values()].map(({ name, tells, params }) => {
    const own = objectSchema(params);
    return {
      type: "object",
      description: tells,
      additionalProperties: false,
      required: ["type", ...own.required],
      properties: { ...common, ...own.properties, type: { const: name } },
    };
  });
}

function resourceSchemas(): readonly JsonSchema[] {
  return [
    ...bothKinds("exec", "start", execResource),
    ...bothKinds("service", "unit", serviceResource),
  ];
}

/** The short form, with the type's name as a key, and the long one. */
function bothKinds(type: string, main: string, schema: z.core.$ZodType): readonly JsonSchema[] {
  const { properties } = objectSchema(schema);
  const { [main]: value, ...rest } = properties;
  const short = { ...rest, [type]: value };
  const long = { ...properties, type: { const: type } };
  return [
    { type: "object", additionalProperties: false, required: [type], properties: short },
    { type: "object", additionalProperties: false, required: [main], properties: long },
  ];
}

function monitorSchemas(): readonly JsonSchema[] {
  const common = objectSchema(monitor).properties;
  return [...MONITOR_TYPES.values()].flatMap((type) => bothForms(type, common));
}

/** What the short form's value may be is said by its type only, so here it may be anything. */
function bothForms(type: MonitorType, common: JsonSchema): readonly JsonSchema[] {
  const own = objectSchema(type.params);
  const frame = { type: "object", description: type.detects, additionalProperties: false };
  const properties = { ...own.properties, ...common };
  const short = { description: `Short form, such as \`${type.name}: ${type.shortExample}\`` };
  return [
    { ...frame, required: [type.name], properties: { [type.name]: short, ...properties } },
    {
      ...frame,
      required: ["type", ...own.required],
      properties: { type: { const: type.name }, ...properties },
    },
  ];
}
