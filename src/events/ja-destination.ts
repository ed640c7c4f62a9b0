import type { DESTINATION_TEXTS as ENGLISH } from "./en-destination.ts";
import { because, quote, span } from "./words-ja.ts";

/** Japanese texts about destinations. */
export const DESTINATION_TEXTS: typeof ENGLISH = {
  "destination-fails": (f) =>
    `通知先${quote(f.destination)}（${quote(f.place)}）に通知できません：${because(f.reason)}。保留中の通知は再送を試みます。原因を取り除き、\`solosafe destination test ${f.destination}\`で確認してください。`,
  "destination-works": (f) =>
    `${span(f.after)}ぶりに通知先${quote(f.destination)}に通知できるようになりました。`,
  "destination-refused": (f) =>
    `通知先${quote(f.destination)}がイベント${quote(f.event)}を受け付けなかったため、送信を中止しました：${because(f.reason)}。原因を取り除いてください。イベントは\`solosafe events\`で確認できます。`,
  "destination-dropped": (f) =>
    `空きがないため、通知先${quote(f.destination)}への保留中の通知${f.count}件を破棄しました。内容は\`solosafe events\`で確認できます。`,
};
