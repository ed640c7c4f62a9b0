import type { MailText } from "../base/mail.ts";
import { html, safeLine } from "./safe-text.ts";

/** How much a mail asks for attention: the colour of its bar. */
export type MailColour = "calm" | "warning" | "alarm";

export interface MailLine {
  /** Time of day; empty where it says nothing. */
  readonly time: string;
  readonly text: string;
}

/** One mail as a page: a sentence that says it all, then what a person wants to know. */
export interface MailPage {
  readonly subject: string;
  readonly colour: MailColour;
  readonly lead: string;
  readonly sections: readonly { readonly heading: string; readonly lines: readonly MailLine[] }[];
  /** Names and values at the end. */
  readonly facts: readonly (readonly [string, string])[];
}

/** More does not fit on a line of any inbox. */
const SUBJECT_MOST = 150;
const LINE_MOST = 600;
const LINES_MOST = 60;

const COLOURS: Readonly<Record<MailColour, string>> = {
  calm: "#2e7d32",
  warning: "#b26a00",
  alarm: "#c62828",
};

/** The mail as plain text and as HTML: the same lines, whatever they contain. */
export function renderMail(page: MailPage): MailText {
  const safe = safePage(page);
  return { subject: safe.subject, text: plainText(safe), html: htmlText(safe) };
}

function safePage({ subject, colour, lead, sections, facts }: MailPage): MailPage {
  const line = (text: string): string => safeLine(text, LINE_MOST);
  return {
    colour,
    // A name of the configuration stands in backticks, which a subject does not need.
    subject: safeLine(subject.replaceAll("`", ""), SUBJECT_MOST),
    lead: line(lead),
    sections: sections.map((section) => ({
      heading: line(section.heading),
      lines: section.lines
        .slice(0, LINES_MOST)
        .map(({ time, text }) => ({ time: line(time), text: line(text) })),
    })),
    facts: facts.map(([name, value]) => [line(name), line(value)]),
  };
}

function plainText({ lead, sections, facts }: MailPage): string {
  const parts = sections.map(({ heading, lines }) =>
    [heading, ...lines.map(({ time, text }) => `  ${time === "" ? "" : `${time}  `}${text}`)].join(
      "\n",
    ),
  );
  const end = facts.map(([name, value]) => `${name}: ${value}`).join("\n");
  return `${[lead, ...parts, end].join("\n\n")}\n`;
}

/** Without images, styles of its own or anything that a mail program would have to load. */
function htmlText({ colour, lead, sections, facts }: MailPage): string {
  const body = sections.map(({ heading, lines }) => {
    const rows = lines.map(htmlLine).join("\n");
    return `<h3 style="margin:20px 0 6px;font-size:16px">${html(heading)}</h3>\n${rows}`;
  });
  const end = facts.map(([name, value]) => `${html(name)}: ${html(value)}`).join("<br>\n");
  return `<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body style="margin:0;padding:12px;font:16px/1.45 sans-serif;color:#222;background:#fff">
<div style="max-width:640px;border-left:6px solid ${COLOURS[colour]};padding:2px 0 2px 14px;overflow-wrap:anywhere">
<p style="margin:0 0 8px;font-size:18px">${html(lead)}</p>
${body.join("\n")}
<p style="margin:22px 0 0;color:#666;font-size:14px">${end}</p>
</div>
</body></html>
`;
}

function htmlLine({ time, text }: MailLine): string {
  const at = time === "" ? "" : `<span style="color:#666">${html(time)}</span> `;
  return `<p style="margin:0 0 6px">${at}${html(text)}</p>`;
}
