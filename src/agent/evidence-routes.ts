import * as z from "zod/mini";
import type { EVIDENCE_ROUTES } from "../api/contract-evidence.ts";
import { evidenceAnswer, evidencePart } from "../api/evidence-answers.ts";
import { type Millis, SECOND } from "../base/duration.ts";
import { fail, type Result, succeed } from "../base/result.ts";
import type { ProgramRun } from "../ports/host.ts";
import type { AlertRouteParts } from "./alert-routes.ts";
import type { Refusal } from "./caller.ts";
import type { Handlers } from "./control.ts";

const READ_LIMIT: Millis = 20 * SECOND;
const READ_BYTES_MOST = 64 * 1024;

/** Routes of what is kept of failed resources, read by a program of its own. */
export function evidenceHandlers({
  facts,
  runRole,
  asked,
}: Pick<AlertRouteParts, "facts" | "runRole" | "asked">): Pick<
  Handlers,
  keyof typeof EVIDENCE_ROUTES
> {
  const ask = async (wish: object): Promise<Result<ProgramRun, Refusal>> => {
    const folder = `${facts().stateFolder}/evidence`;
    const words = ["--keep", folder, "--wish", JSON.stringify(wish)];
    return await asked.run(() => runRole("kept", words, READ_LIMIT, READ_BYTES_MOST));
  };
  return {
    evidence: async ({ incident }) =>
      read(evidenceAnswer, await ask({ incident: incident ?? null, file: null })),
    evidenceFile: async ({ incident, taking, file, from }) =>
      read(evidencePart, await ask({ incident, file: { taking, name: file, from } })),
  };
}

function read<Answer>(
  schema: z.ZodMiniType<Answer>,
  asked: Result<ProgramRun, Refusal>,
): Result<Answer, Refusal> {
  if (!asked.ok) return asked;
  const run = asked.value;
  if (run.kind === "exited" && run.code === 0) {
    try {
      const found = z.safeParse(schema, JSON.parse(run.output));
      if (found.success) return succeed(found.data);
    } catch {
      // Told below.
    }
  }
  if (run.kind === "exited" && run.output.includes("ENOENT")) {
    const message = "there is no such evidence";
    return fail({
      status: 404,
      code: "evidence/unknown",
      message,
      hint: "See `solosafe evidence`.",
    });
  }
  const message = `the evidence could not be read (${run.kind})`;
  return fail({ status: 507, code: "evidence/not-read", message, hint: "See the agent's log." });
}
