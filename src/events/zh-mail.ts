import type { MAIL_TEXTS as ENGLISH } from "./en-mail.ts";
import { because, quote, span } from "./words-zh.ts";

/** Chinese texts about mail and the heartbeat. */
export const MAIL_TEXTS: typeof ENGLISH = {
  "mail-sent": (f) => `发往${quote(f.to)}的邮件${quote(f.subject)}已由${quote(f.server)}接收。`,
  "mail-delayed": (f) =>
    `邮件无法发送：${because(f.reason)}。邮件${quote(f.subject)}正在等待，将再次尝试。请排除原因，然后用\`solosafe mail test\`确认。`,
  "mail-works": (f) => `经过${span(f.after)}，邮件又可以发送了。`,
  "heartbeat-fails": (f) =>
    `发往${quote(f.to)}的心跳连续未被接收：${because(f.reason)}。接收方可能认为本服务器已停机。请排除原因。`,
  "heartbeat-works": (f) => `经过${span(f.after)}，心跳又被接收了。`,
  "mail-refused": (f) =>
    `发往${quote(f.to)}的邮件${quote(f.subject)}已放弃发送：${because(f.reason)}。请更正收件地址或原因中指出的内容。`,
  "mails-dropped": (f) =>
    `由于没有空间，已丢弃${f.count}封等待中的邮件。内容可用\`solosafe events\`查看。`,
};
