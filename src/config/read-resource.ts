import { completeUnitName } from "../base/unit-name.ts";
import type { Resource, ResourceId } from "../core/model.ts";
import type { ResourceParams } from "../ports/driver.ts";
import type { KeyPath } from "./document.ts";
import { type ExecResource, execResource, toParams, toResource } from "./exec-resource.ts";
import { notBuilt, unknownKey } from "./issues.ts";
import { type Entry, type Raw, type Reading, isRaw } from "./named-map.ts";
import { LATER_RESOURCE_TYPES } from "./names.ts";
import { checkDirectory, checkProgram, withAbsoluteProgram } from "./programs.ts";
import { salvage } from "./salvage.ts";
import {
  type ServiceResource,
  serviceResource,
  toServiceParams,
  toServiceResource,
} from "./service-resource.ts";
import { didYouMean, nearest } from "./suggest.ts";
import { written } from "./written.ts";

/** A resource that was understood by itself; what it comes after is not yet checked. */
export interface ReadResource {
  readonly title: string;
  readonly comment: string;
  readonly after: readonly string[];
  /** Every key with the value in force, in the long form. */
  readonly effective: Raw;
  readonly toResource: (group: string, name: string, after: readonly ResourceId[]) => Resource;
  readonly toParams: (id: ResourceId) => ResourceParams;
}

type TypeName = "exec" | "service";

const TYPES: readonly TypeName[] = ["exec", "service"];
/** The key that says by itself of which type a resource is. */
const TELLING_KEYS: Readonly<Record<string, TypeName>> = {
  exec: "exec",
  start: "exec",
  service: "service",
  unit: "service",
};
const HINT = "Write `app: { exec: /srv/shop/run }`, or `web: { service: nginx }`.";

/** Null when it cannot be understood; why has been reported. */
export function readResource(reading: Reading, entry: Entry): ReadResource | null {
  const type = resourceType(reading, entry);
  if (type === null) return null;
  return type === "exec" ? readExec(reading, entry) : readService(reading, entry);
}

function readExec(reading: Reading, entry: Entry): ReadResource | null {
  const { report, folder } = reading;
  const { type: _type, exec, ...rest } = entry.raw;
  const isShort = exec !== undefined;
  if (isShort) checkOnce(reading, entry, "exec", "start");
  const input = withPrograms(folder, isShort ? { ...rest, start: exec } : rest);
  const renamed: Readonly<Record<string, string>> = isShort ? { start: "exec" } : {};
  const where = { base: entry.path, renamed, moreKeys: ["type", "exec"] };
  const parsed = salvage(report, execResource, input, where);
  if (parsed === null) return null;
  const given = parsed.value;
  checkPrograms(reading, entry, given, isShort ? "exec" : "start");
  if (parsed.isWhole) checkReady(reading, entry, given);
  return {
    ...given,
    effective: { type: "exec", ...written(execResource, given) },
    toResource: (group, name, after) => toResource(group, name, given, after),
    toParams: (id) => toParams(id, given),
  };
}

function readService(reading: Reading, entry: Entry): ReadResource | null {
  const { type: _type, service, ...rest } = entry.raw;
  const isShort = service !== undefined;
  if (isShort) checkOnce(reading, entry, "service", "unit");
  const input = isShort ? { ...rest, unit: service } : rest;
  const renamed: Readonly<Record<string, string>> = isShort ? { unit: "service" } : {};
  const where = { base: entry.path, renamed, moreKeys: ["type", "service"] };
  const parsed = salvage(reading.report, serviceResource, input, where);
  if (parsed === null) return null;
  const given = parsed.value;
  checkUnit(reading, [...entry.path, isShort ? "service" : "unit"], given);
  return {
    ...given,
    effective: { type: "service", ...written(serviceResource, given) },
    toResource: (group, name, after) => toServiceResource(group, name, given, after),
    toParams: (id) => toServiceParams(id, given),
  };
}

function checkUnit({ report }: Reading, path: KeyPath, { unit }: ServiceResource): void {
  if (completeUnitName(unit) !== null) return;
  const what = `\`${unit}\` cannot be the name of a unit`;
  const hint = "Write its name as `systemctl` shows it, such as `nginx.service`.";
  report.error(path, { code: "config/wrong-value", what, hint });
}

function checkOnce({ report }: Reading, { path, raw }: Entry, short: string, long: string): void {
  if (!(long in raw)) return;
  const what = `\`${short}\` and \`${long}\` say the same`;
  const hint = "Keep one of them.";
  report.error([...path, long], { code: "config/duplicate-key", what, hint, at: "key" });
}

/** The type when it is one of this version; else null, and reported. */
function resourceType({ report }: Reading, { path, raw }: Entry): TypeName | null {
  const keys = Object.keys(raw);
  const given = raw["type"];
  if (given === undefined) {
    const later = keys.find((key) => LATER_RESOURCE_TYPES.has(key));
    if (later !== undefined) {
      report.error([...path, later], { ...notBuilt("resource type", later), at: "key" });
      return null;
    }
    for (const [key, type] of Object.entries(TELLING_KEYS)) if (key in raw) return type;
    const strange = keys.find((key) => nearest(key, TYPES) !== null);
    if (strange === undefined) {
      const what = "it is not said what the resource is";
      report.error(path, { code: "config/missing-key", what, hint: HINT, at: "key" });
    } else report.error([...path, strange], unknownKey(strange, TYPES));
    return null;
  }
  const known = TYPES.find((type) => type === given);
  if (known !== undefined) return known;
  const name = typeof given === "string" ? given : JSON.stringify(given).slice(0, 60);
  const finding = LATER_RESOURCE_TYPES.has(name)
    ? notBuilt("resource type", name)
    : {
        code: "config/unknown-type" as const,
        what: `\`${name}\` is not a resource type`,
        hint: didYouMean(name, [...TYPES, ...LATER_RESOURCE_TYPES]) ?? "Write `exec` or `service`.",
      };
  report.error([...path, "type"], finding);
  return null;
}

function withPrograms(folder: string, raw: Raw): Raw {
  const { start, stop, ready } = raw;
  return {
    ...raw,
    ...(start === undefined ? {} : { start: withAbsoluteProgram(folder, start) }),
    ...(stop === undefined ? {} : { stop: withAbsoluteProgram(folder, stop) }),
    ...(isRaw(ready) && "script" in ready
      ? { ready: { ...ready, script: withAbsoluteProgram(folder, ready["script"]) } }
      : {}),
  };
}

function checkPrograms(
  reading: Reading,
  { path }: Entry,
  given: ExecResource,
  start: string,
): void {
  checkProgram(reading, [...path, start], given.start);
  checkProgram(reading, [...path, "stop"], given.stop);
  checkDirectory(reading, [...path, "directory"], given.directory);
  checkProgram(reading, [...path, "ready", "script"], given.ready?.script);
}

function checkReady({ report }: Reading, { path }: Entry, { ready, kind }: ExecResource): void {
  if (ready === undefined) return;
  const place = [...path, "ready"];
  if (kind === "one-shot") {
    const what = "a one-shot resource is ready when it has ended";
    report.error(place, { code: "config/wrong-value", what, hint: "Remove `ready`.", at: "key" });
  }
  if ((ready.script === undefined) === (ready.tcp === undefined)) {
    const what =
      ready.tcp === undefined ? "it is not said how" : "`script` and `tcp` exclude each other";
    const hint = "Write exactly one of `script` and `tcp`.";
    report.error(place, { code: "config/wrong-value", what, hint, at: "key" });
  }
}
