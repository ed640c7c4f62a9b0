import type { Notice } from "../base/destination.ts";
import type { Severity } from "../base/severity.ts";
import { noticeJson, serverOf } from "./notice-json.ts";

export const TEMPLATES = [
  "json",
  "slack",
  "mattermost",
  "teams",
  "discord",
  "google-chat",
] as const;
export type Template = (typeof TEMPLATES)[number];

const COLOURS: Readonly<Record<Severity, string>> = {
  info: "#2e7d32",
  notice: "#2e7d32",
  warning: "#b26a00",
  error: "#c62828",
  critical: "#c62828",
};

/** Of an adaptive card; what it is called is the card's business. */
const CARD_COLOURS: Readonly<Record<Severity, string>> = {
  info: "good",
  notice: "good",
  warning: "warning",
  error: "attention",
  critical: "attention",
};

/** The body of a request, as the tool of this name takes it; nothing in it calls or links anybody. */
export function chatBody(template: Template, notice: Notice): Readonly<Record<string, unknown>> {
  switch (template) {
    case "json":
      return noticeJson(notice);
    case "slack":
      return slack(notice);
    case "mattermost":
      return mattermost(notice);
    case "teams":
      return teams(notice);
    case "discord":
      return discord(notice);
    case "google-chat":
      return googleChat(notice);
  }
}

/** What stands below: where and what, for those who look closer. */
function footer({ severity, id, incident, wall }: Notice): string {
  const time = new Date(wall)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");
  const parts = [severity, id, ...(incident === null ? [] : [incident]), time];
  return parts.join(" · ");
}

/** Slack wants these three as they are in HTML (its manual, "Formatting text for app surfaces"). */
function slackText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function slack(notice: Notice): Readonly<Record<string, unknown>> {
  const head = slackText(`[${serverOf(notice)}] ${notice.message}`);
  const attachment = {
    color: COLOURS[notice.severity],
    fallback: head,
    text: head,
    footer: footer(notice),
  };
  return { attachments: [attachment] };
}

/** Names in backticks stay; what calls people or makes links does not work any more. */
function markdownText(text: string): string {
  return text.replaceAll(/[\\*_~#|<>[\]()]/g, String.raw`\$&`).replaceAll("@", "@\u200B");
}

function mattermost(notice: Notice): Readonly<Record<string, unknown>> {
  const text = markdownText(`[${serverOf(notice)}] ${notice.message}`);
  const attachment = {
    color: COLOURS[notice.severity],
    fallback: text,
    text,
    footer: footer(notice),
  };
  return { attachments: [attachment] };
}

function teams(notice: Notice): Readonly<Record<string, unknown>> {
  const run = (text: string, more: object): object => ({
    // Unlike a text block it is not read as Markdown.
    type: "RichTextBlock",
    inlines: [{ type: "TextRun", text, ...more }],
  });
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body: [
      run(serverOf(notice), { weight: "bolder", color: CARD_COLOURS[notice.severity] }),
      run(notice.message, {}),
      run(footer(notice), { isSubtle: true, size: "small" }),
    ],
  };
  const contentType = "application/vnd.microsoft.card.adaptive";
  return { type: "message", attachments: [{ contentType, contentUrl: null, content }] };
}

function discord(notice: Notice): Readonly<Record<string, unknown>> {
  const embed = {
    title: serverOf(notice).slice(0, 256),
    description: markdownText(notice.message).slice(0, 4096),
    color: Number.parseInt(COLOURS[notice.severity].slice(1), 16),
    footer: { text: footer(notice) },
    timestamp: new Date(notice.wall).toISOString(),
  };
  return { embeds: [embed], allowed_mentions: { parse: [] } };
}

function googleChat(notice: Notice): Readonly<Record<string, unknown>> {
  const text = `[${serverOf(notice)}] ${notice.message}\n${footer(notice)}`;
  // `<users/all>` would call everybody, and stars and underlines would be taken for formatting.
  return { text: text.replaceAll("<", "‹").replaceAll(">", "›").replaceAll(/[*_~]/g, "\u200B$&") };
}
