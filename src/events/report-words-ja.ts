import type { EndTold, ReportWords } from "./report-words.ts";
import { because, list, member, quote, span, target, verdict } from "./words-ja.ts";

/** Japanese words of reports. */
export const JAPANESE_REPORT: ReportWords = {
  summary: (from, to, { incidents, boots, waiting }) => {
    const title = from === to ? `報告（${from}）` : `報告（${from}～${to}）`;
    const failed = incidents === null ? "インシデント不明" : `インシデント${incidents}件`;
    const left = waiting === 0 ? "必要な対応はありません" : `必要な対応${waiting}件`;
    return `${title}：${failed}、再起動${boots}回、${left}`;
  },
  stop: "。",
  waiting: "必要な対応",
  availability: "稼働率",
  incidents: "インシデント",
  boots: "再起動",
  drills: "訓練",
  monitors: "モニタ",
  none: "ありません。",
  nothingWaits: "ありません。",
  notMeasured: "この期間の測定はありません。",
  notRead: "履歴を読み取れませんでした。`solosafe alerts`で確認してください。",
  more: (more) => `… ほかに${more}件あります。\`solosafe alerts\`で確認してください。`,
  row: (name, percent, { down, failures, planned, unwatched }) =>
    [
      `${target(name)}：${percent === null ? "測定なし" : percent}`,
      ...(failures > 0 || down > 0 ? [`停止${span(down)}（障害${failures}回）`] : []),
      ...(planned > 0 ? [`計画停止${span(planned)}`] : []),
      ...(unwatched > 0 ? [`監視なし${span(unwatched)}`] : []),
    ].join("、"),
  incident: (scope, monitor, reason, end) =>
    `${target(scope)}：${monitor === "" ? "" : `${member(monitor)}の異常（${because(reason)}）。`}${endOf(end)}。`,
  drillRuns: (drill, name) => `${quote(name)}の訓練${drill}はまだ実行中です。`,
  allProven: (all) => `モニタ${all}個。いずれも90日以内に確認されています。`,
  neverProven: (names, more) =>
    `実際の異常で確認されたことのないモニタ：${list(names)}${more > 0 ? `、ほか${more}個` : ""}。\`solosafe drill\`で確認できます。`,
  notProven: (names, more) =>
    `90日間確認されていないモニタ：${list(names)}${more > 0 ? `、ほか${more}個` : ""}。`,
};

function endOf(end: EndTold | null): string {
  if (end === null) return "まだ終了していません";
  if (!end.isKnown) return "終了の記録がありません";
  return `${span(end.lasted)}で終了（回復動作${end.steps}回）：${verdict(end.verdict)}`;
}
