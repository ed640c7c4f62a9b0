import * as z from "zod/mini";
import { ROUTES } from "../api/contract.ts";
import { errorAnswer } from "../api/error-answer.ts";
import { ACCESS_ROUTES } from "../api/contract-access.ts";
import { ROLES } from "../api/route.ts";

type JsonObject = Record<string, unknown>;
const ALL = Object.values({ ...ROUTES, ...ACCESS_ROUTES });

/** The contract as an OpenAPI 3.1 document, made from it and so never out of date. */
export function openApi(version: string): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const route of ALL) {
    if (route.reach !== "everywhere") continue;
    const before = paths[route.path] ?? {};
    paths[route.path] = { ...before, [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "SoloSafe",
      version,
      description: `Roles, weakest first: ${ROLES.join(", ")}; each has the rights of those before it.`,
    },
    servers: [{ url: "/" }],
    security: [{ token: [] }, { password: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer" },
        password: { type: "http", scheme: "basic" },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "__Host-solosafe-29003",
          description: "Of the page; its requests but GET ones also carry `x-solosafe-csrf`.",
        },
      },
      responses: {
        Refused: {
          description: "Not done, and why",
          content: { "application/json": { schema: schemaOf(errorAnswer, "output") } },
        },
      },
    },
  };
}

function operation(route: (typeof ALL)[number]): JsonObject {
  const isFree = route.role === "anyone";
  return {
    operationId: route.name,
    summary: `For ${isFree ? "anyone" : `${route.role} and stronger`}${route.isDangerous ? "; dangerous" : ""}`,
    "x-role": route.role,
    "x-dangerous": route.isDangerous,
    ...(isFree ? { security: [] } : {}),
    ...requestOf(route),
    responses: {
      "200": { description: "Done", content: { [typeOf(route)]: { schema: answerOf(route) } } },
      default: { $ref: "#/components/responses/Refused" },
    },
  };
}

function typeOf(route: (typeof ALL)[number]): string {
  if (route.isText) return "text/plain";
  return route.isStream ? "application/x-ndjson" : "application/json";
}

function answerOf(route: (typeof ALL)[number]): JsonObject {
  return schemaOf(route.response, "output");
}

function requestOf(route: (typeof ALL)[number]): JsonObject {
  const schema = schemaOf(route.request, "input");
  if (route.method === "POST") {
    return { requestBody: { required: true, content: { "application/json": { schema } } } };
  }
  const properties = Object.entries((schema["properties"] ?? {}) as Record<string, JsonObject>);
  if (properties.length === 0) return {};
  const required = (schema["required"] ?? []) as readonly string[];
  return {
    parameters: properties.map(([name, own]) => ({
      name,
      in: "query",
      required: required.includes(name),
      schema: own,
    })),
  };
}

/** What JSON Schema cannot say, such as a check by a function, is left out. */
function schemaOf(schema: z.ZodMiniType, io: "input" | "output"): JsonObject {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
