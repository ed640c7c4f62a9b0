// Written by `npm run generate` from the files of this folder; do not edit.
import type { MonitorType } from "./define.ts";
import { disk } from "./disk.ts";
import { dns } from "./dns.ts";
import { http } from "./http.ts";
import { link } from "./link.ts";
import { message } from "./message.ts";
import { multi } from "./multi.ts";
import { ping } from "./ping.ts";
import { process } from "./process.ts";
import { resources } from "./resources.ts";
import { script } from "./script.ts";
import { service } from "./service.ts";
import { tcp } from "./tcp.ts";
import { tls } from "./tls.ts";

const TYPES: Readonly<Record<string, MonitorType>> = {
  disk,
  dns,
  http,
  link,
  message,
  multi,
  ping,
  process,
  resources,
  script,
  service,
  tcp,
  tls,
};

/** Every monitor type of this version, by name. */
export const MONITOR_TYPES: ReadonlyMap<string, MonitorType> = new Map(
  Object.values(TYPES).map((type) => [type.name, type]),
);
