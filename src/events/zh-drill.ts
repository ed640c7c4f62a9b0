import type { DrillHindrance } from "../core/drill-news.ts";
import type { Texts } from "./en-server.ts";
import { because, quote, scope, span } from "./words-zh.ts";

const HINDRANCES: Readonly<Record<DrillHindrance["because"], (name: string) => string>> = {
  "going-down": () => "服务器或代理程序正在停止",
  observe: () => "观察模式下不执行恢复操作",
  "not-saved": () => "状态无法保存",
  "reboot-limit": () => "已达到重启次数上限",
  "package-work": () => "软件包管理器正在运行",
  incident: (name) => `${scope(name)}存在未结束的故障`,
  busy: () => "正在启动或停止",
  suspended: (name) => `${quote(name)}处于暂停状态`,
  "not-active": (name) => `组${quote(name)}未激活`,
  "not-well": (name) => `监视器${quote(name)}不正常`,
  "not-judged": (name) => `监视器${quote(name)}尚未判定`,
  "other-drill": () => "另一个演练正在进行",
  "window-ends": () => "时段剩余时间不足",
  refused: because,
};

function hindrance(kind: DrillHindrance["because"], name: string): string {
  return HINDRANCES[kind]?.(name) ?? because(kind);
}

/** Chinese texts about drills. */
export const DRILL_TEXTS = {
  "drill-begun": (f) =>
    `${quote(f.target)}的演练${f.drill}有意制造了真实的故障（执行者：${f.by}）：${because(f.fault)}。`,
  "drill-ended": (f) =>
    f.verdict === "recovered"
      ? `${quote(f.target)}的演练${f.drill}已结束：监视器${quote(f.detectedBy)}在${span(f.detected ?? 0)}后检测到故障，${span(f.recovered ?? 0)}后全部恢复正常。`
      : `${quote(f.target)}的演练${f.drill}中途结束。进展情况见\`solosafe drill show ${f.drill}\`。`,
  "drill-failed": (f) =>
    f.verdict === "not-detected"
      ? `${quote(f.target)}的演练${f.drill}未通过：没有监视器检测到故障。请添加能够检测到它的监视器（\`solosafe drill show ${f.drill}\`）。`
      : `${quote(f.target)}的演练${f.drill}未通过：监视器${quote(f.detectedBy)}检测到了故障，但尚未恢复正常。请修复（\`solosafe drill show ${f.drill}\`）。`,
  "drill-not-undone": (f) =>
    `${quote(f.target)}的演练${f.drill}的故障尝试${f.tries}次仍无法撤销：${because(f.fault)}。请手动撤销（\`solosafe drill show ${f.drill}\`）。`,
  "drill-skipped": (f) =>
    `${quote(f.target)}的演练${quote(f.drill)}没有在计划时段${quote(f.window)}进行：${hindrance(f.because, f.name)}。将在下一个时段再次尝试。`,
} satisfies Partial<Texts>;
