import { BOOT_STATEMENTS } from "./zh-boot.ts";
import type { StatementTexts } from "./statements-en.ts";
import { because, condition, heldBy, list, quote, scope, span, target, work } from "./words-zh.ts";

const NOT_PROBED: ReadonlyMap<string, string> = new Map([
  ["disabled", "它在配置中被禁用"],
  ["suspended", "它已暂停"],
  ["shutdown", "服务器正在关机"],
]);

function why(reason: string): string {
  return reason.trim() === "" ? "" : `：${because(reason)}`;
}

/** What `explain` says in Chinese. */
export const CHINESE_STATEMENTS: StatementTexts = {
  "monitor-is": (f) =>
    `监视器${quote(f.monitor)}处于“${condition(f.status)}”状态已${span(f.lasts)}${why(f.reason)}。`,
  "monitor-last-probe": (f) =>
    `上次监视在${span(f.ago)}前，结果为“${condition(f.outcome)}”，耗时${span(f.took)}${why(f.reason)}。`,
  "monitor-not-probed": (f) =>
    f.because === "inactive"
      ? `因${target(f.place)}未激活，目前不监视。`
      : `因${NOT_PROBED.get(f.because) ?? because(f.because)}，目前不监视。`,
  "monitor-next-probe": (f) => `下次监视在${span(f.wait)}后。`,
  "monitor-suspect": (f) => `已连续失败${f.failures}次，允许${f.allowed}次，超过即判定为异常。`,
  "monitor-rehearsed": (f) =>
    `它因模拟故障而故意异常。如需结束，请执行\`solosafe rehearse ${f.monitor} --end\`。`,
  "monitor-consequence": (f) =>
    `它所依赖的监视器${quote(f.of)}异常，因此它也异常。不单独执行恢复操作。`,
  "monitor-awaits": (f) => `在采取动作之前，先监视它所依赖的监视器：${list(f.monitors)}。`,
  "monitor-flapping": (f) => `状态反复变化：近期${f.changes}次。`,
  "monitor-chronic": (f) => `属于慢性异常：24小时内恢复${f.cures}次。`,
  "monitor-cured-in": (f) => `已恢复正常。再持续正常${span(f.wait)}即确认恢复，计数归零。`,
  "ladder-rung": (f) =>
    `${target(f.target)}的${quote(f.step)}：已执行${f.taken}次，上限${f.allowed}次。`,
  "ladder-next": (f) => `如果异常，下一步是${target(f.target)}的${quote(f.step)}。`,
  "ladder-exhausted": (f) => `恢复操作已全部执行。请修复后执行\`solosafe clear ${f.monitor}\`。`,
  "monitor-stuck": () => "监视操作在内核中没有响应，在其结束之前不会再次监视。",
  "monitor-not-own-fault": () => "原因在本服务器之外，仅显示和通知，不执行恢复操作。",
  "window-open": (f) => `计划时段${quote(f.window)}使其暂停，还有${span(f.left)}。`,
  "resource-is": (f) =>
    `资源${quote(f.resource)}处于“${condition(f.phase)}”状态已${span(f.lasts)}${why(f.reason)}。`,
  "resource-tree": (f) =>
    `其进程：${f.pids.length === 0 ? "无" : f.pids.join("、")}（跟踪方式：${f.tracking}）。`,
  "resource-awaits": (f) => `正在启动，等待${list(f.monitors)}变为正常，最长${span(f.wait)}。`,
  "resource-after": (f) => `正在等待${list(f.waitsFor)}。`,
  "resource-blocked": (f) =>
    `已被保留${why(f.reason)}。请修复后执行\`solosafe clear ${f.resource}\`。`,
  "resource-stopped-by-person": (f) =>
    `已被人工停止，在执行\`solosafe start ${f.resource}\`之前保持停止。`,
  "resource-stopped-outside": (f) =>
    `${span(f.lasts)}前被外部停止。如需启动，请执行\`solosafe start ${f.resource}\`。`,
  "group-is": (f) =>
    `组${quote(f.group)}处于“${condition(f.phase)}”状态已${span(f.lasts)}，目标为“${condition(f.goal)}”。`,
  "group-by-person": (f) =>
    f.goal === "inactive"
      ? `已被人工停止，在执行\`solosafe start ${f.group}\`之前保持停止。`
      : "由人工启动。",
  "group-waits": (f) => `正在等待${list(f.for)}，最长还有${span(f.wait)}。`,
  "plan-runs": (f) =>
    `正在进行：${target(f.target)}的${work(f.kind)}（已${span(f.lasts)}）${why(f.reason)}。${f.left.length === 0 ? "" : `剩余：${list(f.left)}。`}`,
  "incident-open": (f) =>
    `${scope(f.scope)}的故障${f.incident}已持续${span(f.lasts)}，恢复操作${f.steps}次：${because(f.cause)}。`,
  "incident-held": (f) => `恢复正在等待：${heldBy(f.because)}。`,
  suspended: (f) =>
    `${scope(f.scope)}已被${quote(f.by)}暂停，${f.left === null ? "直至人工解除" : `还有${span(f.left)}`}。`,
  "server-is": (f) =>
    `模式${quote(f.mode)}：${f.groups}个组，${f.monitors}个监视器，${f.failed}个异常，${f.incidents}个未结束的故障。`,
  "server-record": (f) => `服务器级动作上限${f.limit}次，记录中已计${f.counted}次。`,
  ...BOOT_STATEMENTS,
  "guard-feeds": (f) =>
    `守护程序正在喂${f.kind === "hardware" ? "硬件" : "软件"}看门狗${quote(f.device)}，最后一次喂狗${span(f.timeout)}后服务器将被重置。`,
  "guard-uncovered": (f) =>
    `没有启用看门狗：${because(f.fault)}。内核或守护程序冻结时无法处理，最后的手段是\`sysrq\`。`,
  "guard-unarmed": () => "守护程序在运行，但没有启用任何看门狗。",
  "guard-gone": (f) => `守护程序已有${span(f.since)}没有消息。`,
  "guard-fault": (f) => `守护程序不够可靠：${because(f.fault)}。`,
  "server-actions-simulated": () =>
    "服务器级动作（重启、关闭电源、复位、内核崩溃）仅作模拟：只决定并记录，不会执行。",
};
