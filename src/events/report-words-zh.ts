import type { EndTold, ReportWords } from "./report-words.ts";
import { because, list, member, quote, span, target, verdict } from "./words-zh.ts";

/** Chinese words of reports. */
export const CHINESE_REPORT: ReportWords = {
  summary: (from, to, { incidents, boots, waiting }) => {
    const title = from === to ? `报告（${from}）` : `报告（${from}至${to}）`;
    const failed = incidents === null ? "故障情况不明" : `故障${incidents}起`;
    const left = waiting === 0 ? "没有需要您处理的事项" : `需要您处理的事项${waiting}项`;
    return `${title}：${failed}，重启${boots}次，${left}`;
  },
  stop: "。",
  waiting: "需要您处理的事项",
  availability: "可用率",
  incidents: "故障",
  boots: "重启",
  drills: "演练",
  monitors: "监视器",
  none: "无。",
  nothingWaits: "无。",
  notMeasured: "这段时间没有测量结果。",
  notRead: "无法读取历史记录，请用`solosafe alerts`查看。",
  more: (more) => `……另有${more}条，请用\`solosafe alerts\`查看。`,
  row: (name, percent, { down, failures, planned, unwatched }) =>
    [
      `${target(name)}：${percent === null ? "没有测量结果" : percent}`,
      ...(failures > 0 || down > 0 ? [`停止${span(down)}（故障${failures}次）`] : []),
      ...(planned > 0 ? [`计划停止${span(planned)}`] : []),
      ...(unwatched > 0 ? [`未监视${span(unwatched)}`] : []),
    ].join("，"),
  incident: (scope, monitor, reason, end) =>
    `${target(scope)}：${monitor === "" ? "" : `${member(monitor)}异常（${because(reason)}）。`}${endOf(end)}。`,
  drillRuns: (drill, name) => `${quote(name)}的演练${drill}仍在进行。`,
  allProven: (all) => `共${all}个监视器，均在90天内得到证实。`,
  neverProven: (names, more) =>
    `从未被真实故障证实的监视器：${list(names)}${more > 0 ? `，另有${more}个` : ""}。可用\`solosafe drill\`进行验证。`,
  notProven: (names, more) =>
    `90天内未得到证实的监视器：${list(names)}${more > 0 ? `，另有${more}个` : ""}。`,
};

function endOf(end: EndTold | null): string {
  if (end === null) return "尚未结束";
  if (!end.isKnown) return "没有结束的记录";
  return `${span(end.lasted)}后结束（恢复操作${end.steps}次）：${verdict(end.verdict)}`;
}
