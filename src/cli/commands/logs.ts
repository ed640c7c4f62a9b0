import { hostname } from "node:os";
import { resolve } from "node:path";
import { DAY } from "../../base/duration.ts";
import { type Fault, fail, type Result, succeed } from "../../base/result.ts";
import type { LoadedConfig } from "../../config/loaded-config.ts";
import { LOG_PATTERNS } from "../../config/read-logs.ts";
import { didYouMean } from "../../config/suggest.ts";
import { type Command, usageFault, type Words } from "../command.ts";
import { answer, type Context, refuse } from "../context.ts";
import { wrap } from "../layout.ts";
import { Reader } from "../logs/found-files.ts";
import { gather, type Manifest, type Pattern } from "../logs/gather.ts";
import { configuredPattern, ownPatterns } from "../logs/patterns.ts";
import { reasonOf } from "../logs/read-tail.ts";
import { destinationOf, send, type Sent } from "../logs/send.ts";
import { sizeOf } from "../logs/size.ts";
import { readConfig } from "../read-config.ts";
import { readTime } from "../read-time.ts";

/** So far back without `--since`. */
const DEFAULT_SPAN = 7 * DAY;
/** A file call that hangs would hold this program for ever; what was collected is complete by then. */
const HUNG_LIMIT = 2000;

/** `solosafe logs`. */
export const logs: Command = {
  name: "logs",
  usage: [
    "collect [--pattern NAMES] [--since TIME] [--output FILE] [--upload] [--yes]",
    "upload FILE [--yes]",
  ],
  summary: "Collect what support asks for into one archive, secrets removed",
  detail: `Configuration, events, evidence, reports, journals, what sysstat wrote, facts about the system, and the logs that \`logs:\` in the configuration names: as one .tar.gz that only you may read, with a manifest of hashes and of what could not be read. What looks like a secret is replaced; look through it all the same before you send it. Nothing is sent anywhere without \`--upload\`, which asks first: it goes where \`logs: { upload: … }\` in the configuration says, by \`https\` or \`sftp\`, and is kept here in any case. The agent need not run. TIME is a span ago (2h), a day or a moment; files that did not change since then are left out. Patterns: ${LOG_PATTERNS.join(", ")} and those of the configuration.`,
  options: {
    pattern: { value: "NAMES", help: "only these patterns, separated by commas (default: all)" },
    since: { value: "TIME", help: "from then on (default 7d)" },
    upload: { help: "send it to the configured destination, after asking" },
    yes: { help: "send it without asking" },
    output: { value: "FILE", help: "where to (default: solosafe-logs-SERVER-TIME.tar.gz here)" },
  },
  words: [1, 2],
  examples: [
    ["collect", "everything of the last week"],
    ["collect --pattern solosafe,journal --since 2h", "what happened just now"],
    ["collect --upload", "and send it, once you have said yes"],
  ],
  async run(context, words) {
    const [what, file] = words.plain;
    if (what === "upload" && file !== undefined) return await uploadAgain(context, words, file);
    if (what !== "collect" || file !== undefined) {
      const typed = words.plain.join(" ");
      return refuse(context, 2, usageFault(`there is no \`logs ${typed}\``, FORMS));
    }
    const since = readTime(words.text("since"));
    if (since === null) {
      const hint = "Write 2h, 2026-01-31 or 2026-01-31T20:00.";
      return refuse(context, 2, usageFault("a time cannot be read", hint));
    }
    return await collect(context, words, since ?? Date.now() - DEFAULT_SPAN);
  },
};

const FORMS = "There are `logs collect` and `logs upload FILE`.";

async function uploadAgain(context: Context, words: Words, name: string): Promise<number> {
  const isConfirmed = words.has("yes");
  const to = destinationOf(context, await configOf(context), isConfirmed);
  if (!to.ok) return refuse(context, to.problem.code, to.problem.fault);
  const aborter = new AbortController();
  context.onInterrupt(() => aborter.abort());
  const file = resolve(here(context), name);
  const sent = await send(context, to.value, file, isConfirmed, aborter.signal);
  if (!sent.ok) return refuse(context, sent.problem.code, sent.problem.fault);
  answer(context, { file, upload: sent.value }, () => describeSent(sent.value));
  return 0;
}

async function collect(context: Context, words: Words, sinceWall: number): Promise<number> {
  const reader = new Reader(sinceWall);
  const config = await configOf(context);
  const all = patternsOf(context, reader, config.ok ? config.value : null);
  const chosen = choose(all, words.text("pattern"));
  if (!chosen.ok) return refuse(context, 2, chosen.problem);
  const isConfirmed = words.has("yes");
  const to = words.has("upload") ? destinationOf(context, config, isConfirmed) : null;
  if (to?.ok === false) return refuse(context, to.problem.code, to.problem.fault);
  const wall = Date.now();
  const file = resolve(here(context), words.text("output") ?? defaultName(wall));
  const aborter = new AbortController();
  context.onInterrupt(() => aborter.abort());
  const facts = {
    server: hostname(),
    collected: new Date(wall).toISOString(),
    since: new Date(sinceWall).toISOString(),
    patterns: chosen.value.map(({ name }) => name),
    versions: { solosafe: context.version, node: process.version, platform: process.platform },
    configuration: config.ok ? "valid" : config.problem.message,
  };
  try {
    const { signal } = aborter;
    const onDone = (name: string, files: number, bytes: number): void => {
      if (context.isTerminal) context.err(`${name}: ${countOf(files)}, ${sizeOf(bytes)}`);
    };
    const patterns = chosen.value;
    const manifest = await gather({ file, patterns, facts, wall, signal, onDone });
    if (to === null || !context.isJson) {
      answer(context, { file, ...manifest }, () => describe(context, file, manifest));
    }
    if (to === null) return 0;
    const sent = await send(context, to.value, file, isConfirmed, signal);
    if (!sent.ok) return refuse(context, sent.problem.code, sent.problem.fault);
    const upload = sent.value;
    answer(context, { file, ...manifest, upload }, () => describeSent(upload));
    return 0;
  } catch (error) {
    return refuse(context, 5, whyNot(file, error, aborter.signal.aborted));
  } finally {
    if (reader.isHung) setTimeout(() => process.kill(process.pid, "SIGKILL"), HUNG_LIMIT);
  }
}

function whyNot(file: string, error: unknown, isAborted: boolean): Fault {
  if (isAborted) return { code: "cli/interrupted", message: "it was interrupted; nothing is left" };
  const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
  const message = `\`${file}\` was not written: ${isThere ? "it is there already" : reasonOf(error)}`;
  return { code: "cli/not-written", message, hint: "Name another file with --output FILE." };
}

/** One that is not valid is collected all the same; only what it names is not. */
async function configOf(context: Context): Promise<Result<LoadedConfig>> {
  const read = await readConfig(context.paths.config, context);
  if (!read.ok) return read;
  if (read.value.ok) return succeed(read.value.config);
  return fail({
    code: "config/not-valid",
    message: "it is not valid: see `solosafe config check`",
  });
}

function patternsOf(
  context: Context,
  reader: Reader,
  config: LoadedConfig | null,
): readonly Pattern[] {
  const resources = [...(config?.resources.values() ?? [])];
  const units = resources.flatMap((one) => (one.type === "service" ? [one.unit] : []));
  const status = async (): Promise<unknown> => {
    const now = await context.client.call("status", {});
    return now.ok ? now.value : null;
  };
  return [
    ...ownPatterns({ paths: context.paths, reader, units, status }),
    ...(config?.logs ?? []).map((one) => configuredPattern(one, reader)),
  ];
}

function choose(all: readonly Pattern[], wanted: string | undefined): Result<readonly Pattern[]> {
  if (wanted === undefined) return succeed(all);
  const known = all.map(({ name }) => name);
  const names = wanted.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const hint = didYouMean(unknown, known) ?? `There are ${known.join(", ")}.`;
    return fail(usageFault(`there is no pattern \`${unknown}\``, hint));
  }
  return succeed(all.filter(({ name }) => names.includes(name)));
}

function defaultName(wall: number): string {
  const time = new Date(wall).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `solosafe-logs-${hostname()}-${time}.tar.gz`;
}

function describe(context: Context, file: string, { files, leftOut }: Manifest): string {
  const bytes = files.reduce((sum, one) => sum + one.bytes, 0);
  const redacted = files.filter((one) => one.hasSecretsRemoved).length;
  const { width, paint } = context;
  const lines = [
    paint.bold(file),
    `${countOf(files.length)}, ${sizeOf(bytes)} before packing; in ${redacted} something that looks like a secret was replaced.`,
    "Look through it before you send it: what is secret in your business is not known here.",
    ...(leftOut.length === 0 ? [] : [`Not in it (manifest.json says all):`]),
    ...leftOut.slice(0, 10).map(({ source, why }) => `- ${source}: ${why}`),
    ...(leftOut.length > 10 ? [`- and ${leftOut.length - 10} more`] : []),
  ];
  return lines.map((line) => wrap(line, width, "  ")).join("\n");
}

function describeSent({ to, bytes }: Sent): string {
  return `${sizeOf(bytes)} were sent to ${to}.`;
}

function countOf(files: number): string {
  return files === 1 ? "1 file" : `${files} files`;
}

/** Where a person typed it; `npm run` changes the folder. */
function here({ environment }: Context): string {
  return environment["INIT_CWD"] ?? process.cwd();
}
