import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { type Fault, fail, type Result, succeed } from "../../base/result.ts";
import type { Upload } from "../../base/upload.ts";
import type { LoadedConfig } from "../../config/loaded-config.ts";
import type { Context, EXITS } from "../context.ts";
import { quoteWord } from "../places.ts";
import { sizeOf } from "./size.ts";
import { reasonOf } from "./read-tail.ts";

/** Progress is told in so many steps. */
const STEPS = 10;

/** Why nothing was sent, and the exit code for it. */
export interface NotSent {
  readonly code: keyof typeof EXITS;
  readonly fault: Fault;
}

/** What was sent where. */
export interface Sent {
  readonly to: string;
  readonly bytes: number;
}

/** Where an archive is sent to; looked for before anything is collected. */
export function destinationOf(
  context: Context,
  config: Result<LoadedConfig>,
  isConfirmed: boolean,
): Result<Upload, NotSent> {
  if (!config.ok) return fail({ code: 1, fault: config.problem });
  const { logUpload } = config.value;
  if (logUpload === null) {
    const message = "no destination is configured, so nothing can be sent";
    const hint = "Add `logs: { upload: { to: https://support.example.org/upload/ } }`.";
    return fail({ code: 4, fault: { code: "logs/no-destination", message, hint } });
  }
  if (context.isJson && !isConfirmed) return fail({ code: 4, fault: NOBODY });
  return succeed(logUpload);
}

/** Asks unless it is confirmed, then sends the file; it is kept whatever happens. */
export async function send(
  context: Context,
  to: Upload,
  file: string,
  isConfirmed: boolean,
  signal: AbortSignal,
): Promise<Result<Sent, NotSent>> {
  const size = await sizeOfFile(file);
  if (!size.ok) return fail({ code: 5, fault: size.problem });
  const bytes = size.value;
  const kept = `It is kept as \`${file}\``;
  if (!isConfirmed) {
    const said = await context.ask(`Send ${sizeOf(bytes)} to ${to.to}? [y/N] `, false);
    if (said === null)
      return fail({ code: 4, fault: { ...NOBODY, hint: `${NOBODY.hint} ${kept}.` } });
    if (!/^y(?:es)?$/i.test(said.trim())) {
      const fault = { code: "logs/not-confirmed", message: "nothing was sent", hint: `${kept}.` };
      return fail({ code: 4, fault });
    }
  }
  const onProgress = context.isTerminal ? progressOf(context, bytes) : () => {};
  const archive = { path: file, name: basename(file), bytes, onProgress, signal };
  const sent = await context.upload(to, archive);
  if (sent.ok) return succeed({ to: to.to, bytes });
  const { message, hint } = sent.problem;
  const again = `${kept}: \`solosafe logs upload ${quoteWord(file)}\` tries again.`;
  const fault: Fault = {
    code: "logs/not-sent",
    message: `nothing arrived at ${to.to}: ${message.replace(/\.$/, "")}`,
    hint: hint === undefined ? again : `${hint} ${again}`,
  };
  return fail({ code: 5, fault });
}

const NOBODY = {
  code: "logs/not-confirmed",
  message: "nothing was sent: nobody is there to confirm it",
  hint: "Add --yes when it is to be sent without asking.",
};

async function sizeOfFile(file: string): Promise<Result<number>> {
  try {
    const found = await stat(file);
    if (found.isFile() && found.size > 0) return succeed(found.size);
    return fail({ code: "logs/no-file", message: `\`${file}\` is no archive` });
  } catch (error) {
    const message = `\`${file}\` cannot be sent: ${reasonOf(error)}`;
    return fail({ code: "logs/no-file", message });
  }
}

/** A line for each tenth. */
function progressOf(context: Context, bytes: number): (sent: number) => void {
  let told = 0;
  return (sent) => {
    const step = Math.floor((sent * STEPS) / bytes);
    if (step <= told) return;
    told = step;
    context.err(`${sizeOf(sent)} of ${sizeOf(bytes)}`);
  };
}
