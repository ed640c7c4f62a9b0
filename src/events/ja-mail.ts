import type { MAIL_TEXTS as ENGLISH } from "./en-mail.ts";
import { because, quote, span } from "./words-ja.ts";

/** Japanese texts about mail and the heartbeat. */
export const MAIL_TEXTS: typeof ENGLISH = {
  "mail-sent": (f) =>
    `${quote(f.to)}へのメール${quote(f.subject)}を${quote(f.server)}が受け付けました。`,
  "mail-delayed": (f) =>
    `メールを送信できません：${because(f.reason)}。メール${quote(f.subject)}は保留し、再送を試みます。原因を取り除き、\`solosafe mail test\`で確認してください。`,
  "mail-works": (f) => `${span(f.after)}ぶりにメールを送信できるようになりました。`,
  "heartbeat-fails": (f) =>
    `${quote(f.to)}へのハートビートが続けて受け付けられませんでした：${because(f.reason)}。受信側がこのサーバを停止とみなす可能性があります。原因を取り除いてください。`,
  "heartbeat-works": (f) => `${span(f.after)}ぶりにハートビートが受け付けられました。`,
  "mail-refused": (f) =>
    `${quote(f.to)}へのメール${quote(f.subject)}の送信を中止しました：${because(f.reason)}。宛先または理由に示された箇所を修正してください。`,
  "mails-dropped": (f) =>
    `空きがないため、保留中のメール${f.count}通を破棄しました。内容は\`solosafe events\`で確認できます。`,
};
