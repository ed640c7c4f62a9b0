import type * as z from "zod/mini";
import { EXITS } from "../src/cli/context.ts";
import { execResource } from "../src/config/exec-resource.ts";
import { objectSchema } from "../src/config/export-schema.ts";
import {
  LATER_KEYS,
  LATER_MONITOR_TYPES,
  LATER_RESOURCE_TYPES,
  RESERVED_NAMES,
} from "../src/config/names.ts";
import {
  MAX_GROUPS,
  MAX_MONITORS,
  MAX_RESOURCES,
  group,
  monitor,
  root,
} from "../src/config/schema.ts";
import { formatDuration } from "../src/base/duration.ts";
import type { MonitorType } from "../src/monitors/define.ts";
import { MONITOR_TYPES } from "../src/monitors/registry.generated.ts";
import { DESTINATION_TYPES } from "../src/notifiers/registry.ts";
import type { DestinationType } from "../src/notifiers/define.ts";
import { destination } from "../src/config/destination.ts";
import { mail, mailServer } from "../src/config/mail.ts";
import { configuredDrill } from "../src/config/read-drills.ts";
import { logUpload } from "../src/config/log-upload.ts";
import { logPattern } from "../src/config/read-logs.ts";
import { plannedWindow } from "../src/config/read-windows.ts";
import { serverHeard } from "../src/config/servers-heard.ts";
import { serviceResource } from "../src/config/service-resource.ts";
import { renderEventSection } from "./event-reference.ts";
import { GLOSSARY } from "./glossary.ts";

/** `config/REFERENCE.md`: every key, every monitor type, events, exit codes and words, from the sources. */
export function renderReference(): string {
  return `${[
    "# Reference of the configuration",
    "Written by `npm run generate`; do not edit. `config/solosafe.example.yaml` shows every key in use.",
    conventions(),
    section("The file", keys(root), FILE),
    section("Groups (`groups:` by name)", keys(group), GROUPS),
    section("Resources of type `exec` (`resources:` by name)", keys(execResource), RESOURCES),
    section("Resources of type `service` (`resources:` by name)", keys(serviceResource), SERVICES),
    section("Every monitor (`monitors:` by name)", keys(monitor), MONITORS),
    section("Planned windows (`windows:` by name)", keys(plannedWindow), WINDOWS),
    section("Drills in planned windows (`drills:` by name)", keys(configuredDrill), DRILLS),
    section("Mail (`mail:`)", keys(mail), MAIL),
    section("Mail servers (`servers:` of `mail:`)", keys(mailServer), MAIL_SERVERS),
    section("What `solosafe logs collect` takes besides (`logs:` by name)", keys(logPattern), LOGS),
    section("Where it is sent to (`logs.upload:`)", keys(logUpload), UPLOAD),
    section("Servers whose silence is told (`servers-heard:` by name)", keys(serverHeard), HEARD),
    section("Every destination (`destinations:` by name)", keys(destination), DESTINATIONS),
    ...[...DESTINATION_TYPES.values()].map(destinationSection),
    "## Monitor types",
    typeDefaults(),
    ...[...MONITOR_TYPES.values()].map(typeSection),
    later(),
    renderEventSection(),
    exitCodes(),
    glossary(),
  ].join("\n\n")}\n`;
}

function conventions(): string {
  return [
    "## Conventions",
    "",
    "- **Durations** are text with a unit: `500ms`, `30s`, `5m`, `1h30m`, `2d`. A number without a unit is refused.",
    "- **Sizes** are text with a unit: `512k`, `10M`, `1G` (powers of 1024).",
    "- **Percentages** are text with their sign: `90%`, `99.5%`.",
    "- **Programs** are lists of words, or the path of one program; never a shell's command line. A path is absolute, or begins with `./` and then lies in the configuration file's folder; a bare name is searched for when it is run.",
    "- **Names** match `[a-z0-9][a-z0-9-]{0,62}` and are unique per kind. Free text goes into `title:`.",
    `- These cannot be names of groups: ${[...RESERVED_NAMES].map(code).join(", ")}.`,
    `- At most ${MAX_GROUPS} groups, ${MAX_RESOURCES} resources and ${MAX_MONITORS} monitors; the file is at most 1 MiB.`,
    "- Every problem is told in one run as `file:line:column: key: what. hint (code)`; a warning does not refuse the file.",
  ].join("\n");
}

const FILE =
  "`groups`, `monitors`, `windows`, `drills`, `logs` and `servers-heard` are maps by name; the other keys stand at the top of the file.";
const GROUPS =
  "A group also has `resources:`, a map by name. Resources without an order between them start in parallel; they stop in reverse.";
const RESOURCES =
  "Short form: `exec: PROGRAM` instead of `type: exec` and `start: PROGRAM`. A resource whose life no `process` monitor watches gets one named `GROUP-RESOURCE-process`, with the type's defaults. A start fails when the program cannot be started or ends with another code; exit codes 1 to 7 are explained in OCF's words.";
const SERVICES =
  "Short form: `service: UNIT` instead of `type: service` and `unit: UNIT`. It is started and stopped through systemd, which keeps its own limits and settings. A `service` monitor of the same unit watches the resource; where there is none it gets one named `GROUP-RESOURCE-service`, with the type's defaults. Stopped by somebody else (`systemctl stop`, a package) it is not failed.";
const MONITORS =
  "Each monitor has a `type` and its parameters, or the type's short form. `target:` is short for `recovery: { target: … }`.";

const WINDOWS =
  "While a window is open, what it names is neither probed nor recovered; afterwards there is a grace of one `start-delay`. It opens at each time that `cron` names, on the clock of its `zone`, and stays open for `for` of real time. A start that the clock jumps over in spring is at the jump; one that comes twice in autumn is at the first; with `*` as hour each hour counts. An agent that starts in the middle of a window finds it open. A clock that is set is noticed within a minute.";

const DRILLS =
  "A drill breaks something on purpose, as `solosafe drill` does, so that it is known that monitors find it and recovery heals it. It is made once each time that its window opens, one drill after the other, and only while the server is well: no incident is open, nothing is started or stopped, no package manager works, no monitor is suspect or failed, its group is active and not suspended, a reboot is left below the limit, and the mode is `enforce`. Until then it waits; when too little of the window is left it is skipped, which is told, and the next window tries again. A fault that is not found, or not recovered from, is an alert. `solosafe drill list` says when each was last proven.";

const DESTINATIONS =
  "Each one has a queue of its own, which outlives a reboot: what is not taken is tried again after 1 minute up to 10 minutes, in order; when too much waits (200), what only informs goes first, and that is told. Events about a destination are never told to itself. `solosafe destination test NAME` shows whether it works.";
const MAIL =
  "`mail: { to: admin@example.org }` is enough where a mail server runs on this server. Mailed is what needs a person, each incident that lasts (all its mails are one thread, and the last says how it ended), and why the server was rebooted. What cannot be sent waits, over reboots too, and is tried again after 1 minute up to 1 hour. `solosafe mail test` shows whether it works.";
const MAIL_SERVERS =
  "They are tried in order: the next one when one cannot be reached, does not answer in time, has no valid certificate, or refuses. A password is read when it is needed and kept nowhere.";

const LOGS =
  "`solosafe logs collect` always takes the product's own files, facts about the system, the journal and what sysstat wrote. These are the logs of your applications besides. Of each file and each output the last 5 MiB are taken, and what looks like a secret is replaced. A program is run by who collects, at most for `timeout`. Nothing of this is read before somebody collects.";
const UPLOAD =
  "`solosafe logs collect --upload` asks before it sends anything, and names size and destination; scripts say `--yes`. Certificates and host keys are always checked. When it fails the archive is kept, and `solosafe logs upload FILE` tries again. With `sftp` the file has its name only when it is complete.";

const HEARD =
  "Another SoloSafe whose `heartbeat:` is sent here (`POST /v1/heartbeat`) is told of when it is silent: since when, how it was, and whether it had announced that it goes down. Heartbeats of others are refused, and old ones that come again are not counted. Whoever listens anew, after a start, a pause or a change of this list, gives each server its full time first.";

function section(title: string, table: string, text: string): string {
  return `## ${title}\n\n${text}\n\n${table}`;
}

/** One property of a JSON Schema, as far as a table shows it. */
interface Property {
  readonly [key: string]: unknown;
  readonly description?: unknown;
  readonly properties?: unknown;
}

function keys(schema: z.core.$ZodType): string {
  const rows = tableRows("", schema);
  return ["| Key | Meaning | Value | Default |", "|---|---|---|---|", ...rows].join("\n");
}

function tableRows(prefix: string, schema: z.core.$ZodType): readonly string[] {
  const { properties, required } = objectSchema(schema);
  return propertyRows(prefix, properties, required);
}

function propertyRows(
  prefix: string,
  properties: Readonly<Record<string, unknown>>,
  required: readonly string[],
): readonly string[] {
  return Object.entries(properties).flatMap(([key, value]) => {
    if (!isProperty(value)) return [];
    const name = `${prefix}${key}`;
    const inner = isProperty(value.properties) ? value.properties : null;
    const below = Array.isArray(value["required"]) ? value["required"].map(String) : [];
    const byDefault = inner === null ? defaultOf(value, required.includes(key)) : "";
    const row = [
      code(name),
      sentence(value),
      inner === null ? limits(value) : "keys below",
      byDefault,
    ];
    const rows = [`| ${row.map(cell).join(" | ")} |`];
    return inner === null ? rows : [...rows, ...propertyRows(`${name}.`, inner, below)];
  });
}

function isProperty(value: unknown): value is Property {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sentence({ description }: Property): string {
  return typeof description === "string" ? description : "";
}

function defaultOf(property: Property, isRequired: boolean): string {
  if (isRequired) return "must be given";
  const { default: value } = property;
  if (value === undefined) return "";
  if (value === "") return "empty";
  return code(typeof value === "string" ? value : JSON.stringify(value));
}

function limits(property: Property): string {
  const { type, enum: values, const: only, anyOf, pattern, items, minimum, maximum } = property;
  if (Array.isArray(values)) return values.map((value) => code(String(value))).join(", ");
  if (only !== undefined) return code(JSON.stringify(only));
  if (Array.isArray(anyOf)) return anyOf.filter(isProperty).map(limits).join(" or ");
  if (type === "integer") return `whole number ${String(minimum)} to ${String(maximum)}`;
  if (type === "number") return `number ${String(minimum)} to ${String(maximum)}`;
  if (type === "array") return `list of ${isProperty(items) ? limits(items) : "values"}`;
  if (type === "boolean") return "`true`, `false`";
  if (type === "object")
    return isProperty(property.properties) ? "keys and values" : "text by name";
  const within = property["x-limits"];
  if (typeof within === "string") return `${kindOf(within)}, ${within}`;
  return typeof pattern === "string" && pattern.startsWith("^\\/") ? "path" : "text";
}

function kindOf(within: string): string {
  if (within.endsWith("%")) return "percentage";
  return /[kMG]$/.test(within) ? "size" : "duration";
}

function typeDefaults(): string {
  const rows = [...MONITOR_TYPES.values()].map(({ name, defaults, title }) => {
    const { intervalMs, timeoutMs, retries, finalAction } = defaults;
    const final =
      finalAction === "reboot-if-local"
        ? "`reboot` if the target is a resource and the address is this server's, else `none`"
        : finalAction === "reboot"
          ? "`reboot`; without a target `none`"
          : "`none`";
    const times = `${formatDuration(intervalMs)} / ${formatDuration(timeoutMs)} / ${retries}`;
    return `| ${[code(name), title, times, final].map(cell).join(" | ")} |`;
  });
  return [
    "| Type | | Interval / timeout / retries | Final action |",
    "|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function destinationSection(type: DestinationType): string {
  const { name, title, tells, cannotTell, example, defaults, params } = type;
  const told = {
    all: "every event",
    urgent: "what needs a person, and how incidents end",
    incidents: "what needs a person, and incidents",
  }[defaults.events];
  const text = `${title}. ${tells} ${cannotTell} Without a filter: ${told}; at most ${defaults.perMinute} in a minute. Example: \`${example}\`.`;
  return section(`Destinations of type \`${name}\``, keys(params), text);
}

function typeSection(type: MonitorType): string {
  return [
    `### \`${type.name}\`: ${type.title}`,
    "",
    `**Detects:** ${type.detects}`,
    "",
    `**Cannot detect:** ${type.cannotDetect}`,
    "",
    `Short form: \`${type.name}: ${type.shortExample}\``,
    "",
    keys(type.params),
  ].join("\n");
}

function later(): string {
  const list = (names: ReadonlySet<string>): string => [...names].map(code).join(", ");
  return [
    "## Known, but not built yet",
    "",
    `- Keys at the top that are read over with a warning: ${list(LATER_KEYS)}.`,
    `- Resource types: ${list(LATER_RESOURCE_TYPES)}.`,
    `- Monitor types: ${list(LATER_MONITOR_TYPES)}.`,
  ].join("\n");
}

function exitCodes(): string {
  const rows = Object.entries(EXITS).map(([exit, meaning]) => `| ${exit} | ${meaning} |`);
  return ["## Exit codes", "", "| Code | Meaning |", "|---|---|", ...rows].join("\n");
}

function glossary(): string {
  const rows = GLOSSARY.map((word) => `| ${word.map(cell).join(" | ")} |`);
  return ["## Words", "", "| Word | Meaning | Written |", "|---|---|---|", ...rows].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
