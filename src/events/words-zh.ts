import { formatDuration, type Millis } from "../base/duration.ts";
import type { StepKind, Verdict } from "../core/event.ts";
import type { ServerAction } from "../core/model.ts";
import { spellUnits } from "./spacing.ts";

const UNITS: ReadonlyMap<string, string> = new Map([
  ["ms", "毫秒"],
  ["s", "秒"],
  ["m", "分"],
  ["h", "小时"],
  ["d", "天"],
]);

/** A span as people read it: `1分30秒`. */
export function span(length: Millis): string {
  return spellUnits(formatDuration(length), UNITS);
}

/** A name of the configuration, marked as one. */
export function quote(name: string): string {
  return `\`${name}\``;
}

/** Names one after the other. */
export function list(names: readonly string[]): string {
  return names.map(quote).join("、");
}

/** What the policy itself gives as a reason; the reasons of probes and programs stay as they are. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["observe mode", "处于观察模式"],
  ["a person", "等待人工处理"],
  ["a person stopped it", "已被人工停止"],
  ["a person suspended it", "已被人工暂停"],
  ["a planned window began", "计划时段已开始"],
  ["a planned window is open", "处于计划时段"],
  ["a planned window is over", "计划时段已结束"],
  ["a planned window was changed", "计划时段已更改"],
  ["a rehearsal", "处于模拟故障"],
  ["rehearsal: this failure is a dummy", "模拟故障"],
  ["its end time", "已到指定的结束时间"],
  ["the server has started", "服务器已启动"],
  ["the agent has started", "代理程序已启动"],
  ["the server went down", "服务器已停止"],
  ["the shutdown ended", "关机已取消"],
  ["the suspension ended", "暂停已结束"],
  ["it is new in the configuration", "配置中新增"],
  ["it could not be stopped", "无法停止"],
  ["it ended while the agent was away", "在代理程序停止期间已结束"],
  ["an operation of an earlier agent was found at it", "发现先前代理程序遗留的操作"],
  ["a resource that it comes after is not active", "应先启动的资源未激活"],
]);

/** A reason at the end of a sentence: without its own full stop, never empty. */
export function because(reason: string): string {
  const text = reason.trim().replace(/\.$/, "");
  return text === "" ? "未说明原因" : (REASONS.get(text) ?? text);
}

/** What a step works on: a resource, a group, all groups, the server. */
export function target(name: string): string {
  if (name.includes("/")) return `资源${quote(name)}`;
  if (name === "all-groups") return "所有组";
  if (name === "server") return "服务器";
  return name === "none" ? "无对象" : `组${quote(name)}`;
}

/** What an incident or a suspension is about; a bare name is a group's. */
export function scope(name: string): string {
  if (name === "all") return "全部对象";
  if (name.startsWith("monitor:")) return `监视器${quote(name.slice("monitor:".length))}`;
  return target(name.startsWith("group:") ? name.slice("group:".length) : name);
}

/** What a planned window suspends: names separated by commas. */
export function scopes(names: string): string {
  return names.split(", ").map(scope).join("、");
}

/** A member of an incident: a monitor, or a resource that could not be started. */
export function member(name: string): string {
  return name.includes("/") ? `资源${quote(name)}` : `监视器${quote(name)}`;
}

const STEPS: Readonly<Record<StepKind, string>> = {
  script: "恢复脚本",
  reactivation: "重新激活",
  "group-restart": "重新启动",
  none: "最终动作`none`",
  "stop-resource": "最终动作`stop-resource`",
  "stop-group": "最终动作`stop-group`",
  "stop-agent": "最终动作`stop-agent`",
  reboot: "最终动作`reboot`",
  poweroff: "最终动作`poweroff`",
  reset: "最终动作`reset`",
  panic: "最终动作`panic`",
};

/** A rung of the ladder. */
export function step(kind: StepKind): string {
  return STEPS[kind] ?? quote(kind);
}

const VERDICTS: Readonly<Record<Verdict, string>> = {
  cured: "恢复操作使其恢复正常",
  "cured-by-itself": "自行恢复正常",
  "ended-by-person": "已被人工结束",
  withdrawn: "新配置删除或更改了相关监视器",
};

/** How an incident ended. */
export function verdict(kind: Verdict): string {
  return VERDICTS[kind] ?? kind;
}

const BOOTS: ReadonlyMap<string, string> = new Map([
  ["first-boot", "这是本记录的首次启动"],
  ["other-server", "该记录属于另一台服务器，已另行保存"],
  ["same-boot", "仍是同一次启动"],
  ["ordered", "上次运行由下达的动作结束"],
  ["clean", "上次运行正常结束"],
  ["watchdog-reset", "上次运行由看门狗结束"],
  ["panic", "上次运行因内核崩溃结束"],
  ["unexplained", "上次运行时间很短，且原因不明"],
  ["power-loss", "上次运行未正常关机，可能是断电"],
]);

/** What the policy says of the end of the boot before. */
export function bootVerdict(kind: string): string {
  return BOOTS.get(kind) ?? kind;
}

/** Why a server-level action is held back. */
export function heldBack(kind: string, counted: number, limit: number): string {
  if (kind === "limit") return `已达到重启次数上限（${counted}/${limit}次）`;
  return kind === "record" ? "启动记录无法读写" : because(kind);
}

/** Why recovery waits. */
export function heldBy(kind: string): string {
  return kind === "package-work" ? "软件包管理器正在运行" : because(kind);
}

const VERBS: Readonly<Record<ServerAction, string>> = {
  reboot: "重启",
  poweroff: "关闭电源",
  reset: "复位",
  panic: "触发内核崩溃",
};

/** A server-level action as something to be done. */
export function deed(action: ServerAction): string {
  return VERBS[action] ?? action;
}

const STATES: ReadonlyMap<string, string> = new Map([
  ["ok", "正常"],
  ["warning", "警告"],
  ["failed", "异常"],
  ["suspect", "疑似异常"],
  ["unknown", "未知"],
  ["waiting", "等待"],
  ["active", "已激活"],
  ["inactive", "未激活"],
  ["starting", "正在启动"],
  ["stopping", "正在停止"],
  ["stop-failed", "停止失败"],
  ["partly-active", "部分激活"],
]);

/** The state of a monitor, a resource or a group; the outcome of a probe. */
export function condition(name: string): string {
  return STATES.get(name) ?? name;
}

const PLANS: ReadonlyMap<string, string> = new Map([
  ["activate", "激活"],
  ["deactivate", "停止"],
  ["restart", "重新启动"],
  ["script", "恢复脚本"],
]);

/** What is being done to a target. */
export function work(kind: string): string {
  return PLANS.get(kind) ?? kind;
}

/** Restarts beyond the threshold go on only while a server-level action has to wait. */
export function tries(step: { readonly attempt: number; readonly allowed: number }): string {
  const { attempt, allowed } = step;
  return attempt > allowed ? "最终动作等待期间再次执行" : `第${attempt}/${allowed}次`;
}
