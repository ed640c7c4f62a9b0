import type { Language } from "../base/language.ts";

/** What destinations are told besides the texts of events. */
export interface DestinationWords {
  readonly test: string;
  /** So many events were too much; `first` is the message of the worst of them. */
  readonly more: (count: number, first: string) => string;
}

/** In all languages: they are few, and loaded by those only who have destinations. */
export const DESTINATION_WORDS: Readonly<Record<Language, DestinationWords>> = {
  en: {
    test: "This is a test. It arrived, so what SoloSafe tells this destination is heard: nothing is left to do.",
    more: (count, first) =>
      `… and ${count} more that are not told one by one: see \`solosafe events\`. Among them: ${first}`,
  },
  ja: {
    test: "これはテストです。届いたので、SoloSafeの通知はこの通知先に届きます。必要な操作はありません。",
    more: (count, first) =>
      `…ほか${count}件は個別に通知しません。\`solosafe events\`で確認してください。その一つ：${first}`,
  },
  zh: {
    test: "这是一条测试通知。既已送达，说明SoloSafe的通知可以到达该通知目标，无需任何操作。",
    more: (count, first) =>
      `……另有${count}条不再逐条通知，请用\`solosafe events\`查看。其中之一：${first}`,
  },
};
