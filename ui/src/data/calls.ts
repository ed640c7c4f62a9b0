import type * as z from "zod/mini";
import type { Routes } from "../../../src/api/contract.ts";
import type { ACCESS_ROUTES } from "../../../src/api/contract-access.ts";

type AllRoutes = Routes & typeof ACCESS_ROUTES;

/** The routes that the page asks. The contract itself brings zod, which the page can do without. */
export const CALLS = {
  status: ["GET", "/v1/status"],
  events: ["GET", "/v1/events"],
  alerts: ["GET", "/v1/alerts"],
  explain: ["GET", "/v1/explain"],
  monitor: ["GET", "/v1/monitor"],
  availability: ["GET", "/v1/availability"],
  boots: ["GET", "/v1/boots"],
  reboots: ["GET", "/v1/reboots"],
  server: ["GET", "/v1/server"],
  serverAction: ["POST", "/v1/server/action"],
  configHistory: ["GET", "/v1/config/history"],
  configVersion: ["GET", "/v1/config/version"],
  start: ["POST", "/v1/start"],
  stop: ["POST", "/v1/stop"],
  restart: ["POST", "/v1/restart"],
  suspend: ["POST", "/v1/suspend"],
  resume: ["POST", "/v1/resume"],
  clear: ["POST", "/v1/clear"],
  rehearse: ["POST", "/v1/rehearse"],
  stopAll: ["POST", "/v1/stop-all"],
  whoAmI: ["GET", "/v1/session"],
  sessionBegin: ["POST", "/v1/session/begin"],
  sessionByCode: ["POST", "/v1/session/by-code"],
  sessionEnd: ["POST", "/v1/session/end"],
} as const satisfies Partial<Record<keyof AllRoutes, readonly ["GET" | "POST", string]>>;

export type CallName = keyof typeof CALLS;
/** What a caller passes. */
export type RequestOf<Name extends CallName> = z.input<AllRoutes[Name]["request"]>;
export type ResponseOf<Name extends CallName> = z.output<AllRoutes[Name]["response"]>;
