import type { DESTINATION_TEXTS as ENGLISH } from "./en-destination.ts";
import { because, quote, span } from "./words-zh.ts";

/** Chinese texts about destinations. */
export const DESTINATION_TEXTS: typeof ENGLISH = {
  "destination-fails": (f) =>
    `通知目标${quote(f.destination)}（${quote(f.place)}）无法接收通知：${because(f.reason)}。等待中的通知将再次尝试发送。请排除原因，然后用\`solosafe destination test ${f.destination}\`确认。`,
  "destination-works": (f) =>
    `经过${span(f.after)}，通知目标${quote(f.destination)}又可以接收通知了。`,
  "destination-refused": (f) =>
    `通知目标${quote(f.destination)}未接收事件${quote(f.event)}，已放弃发送：${because(f.reason)}。请排除原因。该事件可用\`solosafe events\`查看。`,
  "destination-dropped": (f) =>
    `由于没有空间，已丢弃等待发往通知目标${quote(f.destination)}的${f.count}条通知。内容可用\`solosafe events\`查看。`,
};
