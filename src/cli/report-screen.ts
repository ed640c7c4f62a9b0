import type { ReportAnswer } from "../api/report-answers.ts";
import { reportText } from "../events/report-text.ts";
import { loadReportWords } from "../events/report-words.ts";
import { type Context, withProgram } from "./context.ts";
import { wrap } from "./layout.ts";

/** The lines of the mail, for a terminal. */
export async function reportScreen(context: Context, report: ReportAnswer): Promise<string> {
  const { paint, width, speech } = context;
  const words = await loadReportWords(speech.language);
  const { lead, sections } = reportText(report, words, speech);
  const parts = sections.map(({ heading, lines }) =>
    [
      paint.bold(heading),
      ...lines.map(({ time, text }) => {
        const told = withProgram(context, text);
        const line = time === "" ? `  ${told}` : `  ${paint.dim(time)}  ${told}`;
        return wrap(line, width, time === "" ? "  " : " ".repeat(time.length + 4));
      }),
    ].join("\n"),
  );
  return [wrap(paint.bold(lead), width, ""), ...parts].join("\n\n");
}
