import type { ReportAnswer } from "../api/report-answers.ts";
import type { MailText } from "../base/mail.ts";
import { reportText } from "../events/report-text.ts";
import { loadReportWords } from "../events/report-words.ts";
import { mailPage, type MailSource } from "./mail-page.ts";

/** The mail with a report: the subject says whether somebody has to do something. */
export async function reportMail(report: ReportAnswer, source: MailSource): Promise<MailText> {
  const words = await loadReportWords(source.speech.language);
  const { summary, lead, sections } = reportText(report, words, source.speech);
  return mailPage(source, report.wall, {
    severity: report.waiting.length > 0 ? "warning" : "info",
    summary,
    scope: "",
    incident: "",
    lead,
    sections,
    facts: [],
  });
}
