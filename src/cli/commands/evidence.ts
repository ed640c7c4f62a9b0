import type { CallProblem } from "../../api/client.ts";
import type { EvidenceAnswer, EvidencePart, Taking } from "../../api/evidence-answers.ts";
import { sizeOf } from "../logs/size.ts";
import { fail, type Result, succeed } from "../../base/result.ts";
import { type Command, usageFault } from "../command.ts";
import { answer, type Context, refuse, refuseCall, withProgram } from "../context.ts";
import { clock } from "../event-line.ts";
import { table } from "../layout.ts";
import type { EvidenceFile } from "../surroundings.ts";

/** A taking is not larger than that. */
const BYTES_MOST = 6 * 1024 * 1024;
/** Over the agent only so much: each part is a program of its own there. */
const PARTS_MOST = 32;

/** `solosafe evidence`. */
export const evidence: Command = {
  name: "evidence",
  usage: ["[INCIDENT [FILE]]"],
  summary: "Show what was kept of resources that failed",
  detail:
    "Before a failed resource is stopped it is written down what its processes do and wait for, what they have open, and what the logs say; secrets are replaced. Without INCIDENT everything that is kept is listed, the newest first; FILE is a name as the list of one incident shows it. Without a running agent it is read where it lies.",
  options: {},
  words: [0, 2],
  examples: [
    ["", "of which incidents is something kept?"],
    ["20260131-1", "what was kept of this one?"],
    ["20260131-1 1-shop_web/processes.txt", "read a file of it"],
  ],
  async run(context, words) {
    const [incident = null, path] = words.plain;
    if (incident !== null && path !== undefined) return await show(context, incident, path);
    const found = await list(context, incident);
    if (!found.ok) return refuseCall(context, found.problem);
    const { takings } = found.value;
    if (incident !== null && takings.length === 0) {
      const hint = "`solosafe evidence` lists those of which something is.";
      return refuse(context, 2, usageFault(`nothing is kept of incident \`${incident}\``, hint));
    }
    answer(context, found.value, () =>
      incident === null ? overview(context, found.value) : details(takings),
    );
    return 0;
  },
};

function overview(context: Context, { takings, hasMore }: EvidenceAnswer): string {
  if (takings.length === 0) return "No evidence is kept.";
  const rows = takings.map((one) => [
    one.incident,
    one.resource,
    clock(one.takenWall, true),
    sizeOf(one.bytes),
    standing(one),
  ]);
  const more = hasMore ? ["Older ones are kept too."] : [];
  const hint = withProgram(context, "`solosafe evidence INCIDENT` lists the files.");
  return [
    ...table([["incident", "resource", "taken", "size", ""], ...rows], ""),
    ...more,
    hint,
  ].join("\n");
}

function details(takings: readonly Taking[]): string {
  const parts = takings.toReversed().map((one) => {
    const files = one.files.map(({ name, bytes, isCut }) => [
      `${one.name}/${name}`,
      sizeOf(bytes),
      isCut ? "cut" : "",
    ]);
    const head = `${one.resource}, ${clock(one.takenWall, true)}, ${standing(one)}`;
    return [head, `in ${one.folder}`, ...table(files, "  ")].join("\n");
  });
  return parts.join("\n\n");
}

function standing({ isAlive }: Taking): string {
  if (isAlive === null) return "not finished";
  return isAlive ? "before it was stopped" : "after it had ended";
}

/** Read where it lies; where that is not ours, the agent is asked. */
async function list(
  context: Context,
  incident: string | null,
): Promise<Result<EvidenceAnswer, CallProblem>> {
  try {
    return succeed(await context.keptEvidence.list(context.paths.state, incident));
  } catch {
    return await context.client.call("evidence", incident === null ? {} : { incident });
  }
}

async function show(context: Context, incident: string, path: string): Promise<number> {
  const [taking = "", file = ""] = path.split("/");
  const read = await readFile(context, { incident, taking, file });
  if (!read.ok) {
    if (read.problem.kind !== "usage") return refuseCall(context, read.problem);
    const hint = `\`solosafe evidence ${incident}\` lists the files.`;
    return refuse(context, 2, usageFault(`there is no file \`${path}\``, hint));
  }
  const { text, isWhole } = read.value;
  answer(context, { incident, file: path, text, isWhole }, () => text.trimEnd());
  if (!isWhole && !context.isJson) context.err("(the rest is not shown here)");
  return 0;
}

interface WholeFile {
  readonly text: string;
  readonly isWhole: boolean;
}

async function readFile(
  context: Context,
  file: EvidenceFile,
): Promise<Result<WholeFile, CallProblem>> {
  const { keptEvidence, paths, client } = context;
  try {
    const { text, next } = await keptEvidence.read(paths.state, file, 0, BYTES_MOST);
    return succeed({ text, isWhole: next === null });
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code !== "EACCES";
    if (isMissing) return fail(NO_FILE);
  }
  let text = "";
  let from: number | null = 0;
  for (let part = 0; part < PARTS_MOST && from !== null; part += 1) {
    const read: Result<EvidencePart, CallProblem> = await client.call("evidenceFile", {
      ...file,
      from,
    });
    if (!read.ok) return read;
    text += read.value.text;
    from = read.value.next;
  }
  return succeed({ text, isWhole: from === null });
}

const NO_FILE: CallProblem = {
  kind: "usage",
  code: "evidence/unknown",
  message: "there is no such evidence",
};
