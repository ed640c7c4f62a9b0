import { incidentOf } from "./evidence-place.ts";
import type { Texts } from "./en-server.ts";
import {
  because,
  bootVerdict,
  deed,
  heldBack,
  heldBy,
  member,
  quote,
  scope,
  scopes,
  span,
  step,
  target,
  tries,
  verdict,
} from "./words-zh.ts";

/** Chinese texts about the agent, people, incidents, steps and server-level actions. */
export const SERVER_TEXTS = {
  "agent-started": (f) =>
    `代理程序开始监视${f.groups}个组和${f.monitors}个监视器（模式：${quote(f.mode)}，启动ID：${f.bootId.slice(0, 8)}）。`,
  "agent-restarted": (f) =>
    `代理程序已重新启动，未监视的时间${f.isExact ? "为" : "最多为"}${span(f.unwatched)}。${f.resources}个资源照常运行，${f.plans === 0 ? "没有未完成的操作。" : `并继续${f.plans}个未完成的操作。`}`,
  "boot-recorded": (f) =>
    `已记录本次启动（${bootVerdict(f.verdict)}）。服务器级动作上限${f.limit}次，已计${f.counted}次。`,
  "state-lost": (f) =>
    `保存的状态无法使用：${because(f.fault)}。原文件已另行保留，计数从零开始。请检查磁盘，并重新执行需要保持的暂停和停止操作。`,
  "record-fault": (f) =>
    `启动记录无法读写：${because(f.fault)}。除停滞以外，本次启动期间不执行服务器级动作。请修复文件系统，然后重新启动代理程序。`,
  "config-fault": (f) =>
    `配置无效：${because(f.fault)}。当前使用最后一次有效的配置。请更正\`solosafe config check\`报告的内容。`,
  "config-applied": (f) =>
    `${quote(f.by)}应用了新配置（${f.changes}处更改${f.version === "" ? "" : `，版本${quote(f.version)}`}）。`,
  "save-failed": (f) =>
    `状态无法保存：${because(f.fault)}。监视和恢复依靠内存中的信息继续进行。请释放磁盘空间或修复磁盘。`,
  "gap-noticed": (f) =>
    `服务器有${span(f.lost)}没有运行（例如虚拟机被暂停）。所有期限已顺延相同时间，未执行其他操作。`,
  "shutdown-began": () => "服务器正在关机。此后不再执行恢复操作。",
  "shutdown-ended": (f) =>
    `服务器没有关机：${span(f.lasted)}后有人退出了救援模式，或取消了关机。监视和恢复继续进行。`,
  "guard-lost": (f) =>
    `守护程序已有${span(f.since)}没有消息。目前不执行服务器级动作，内核看门狗若未关闭将重置服务器。请查看\`systemctl status solosafe-guard.service\`并启动它。`,
  "guard-back": (f) => `守护程序在${span(f.after)}后恢复。`,
  "guard-armed": (f) =>
    `守护程序正在喂${f.kind === "hardware" ? "硬件" : "软件"}看门狗${quote(f.device)}，最后一次喂狗${span(f.timeout)}后服务器将被重置。`,
  "guard-uncovered": (f) =>
    `没有启用看门狗：${because(f.fault)}。内核或守护程序冻结时无法处理，最后的手段是\`sysrq\`。`,
  "guard-fault": (f) =>
    `守护程序正在工作，但不够可靠：${because(f.fault)}。请排除原因，然后重新启动守护程序。`,
  "agent-was-killed": (f) =>
    `用户空间正常而代理程序没有响应，守护程序已将其终止（10分钟内${f.kills}次）。其堆栈在内核日志中。`,
  "agent-was-lost": (f) =>
    `代理程序已丢失：它在10分钟内结束了5次，其中${f.kills}次由守护程序终止。请在代理程序日志和内核日志中查看原因。`,
  "no-proofs": (f) =>
    `没有程序向守护程序证明用户空间正常：${because(f.reason)}。无法发现停滞。请查看\`systemctl status solosafe-spawner.service\`。`,
  "proof-slow": (f) =>
    `证明用户空间正常的${quote(f.proof)}用了${span(f.took)}，超过判定为停滞所需时间的一半。`,

  "incident-opened": (f) =>
    `${scope(f.scope)}发生故障：${member(f.monitor)}异常（${because(f.reason)}）。`,
  "incident-joined": (f) =>
    `${member(f.monitor)}的异常已并入${scope(f.scope)}的故障：${because(f.reason)}。`,
  "incident-ended": (f) =>
    `${scope(f.scope)}的故障在${span(f.lasted)}后结束（恢复操作${f.steps}次）：${verdict(f.verdict)}。`,
  "incident-open-still": (f) =>
    `${scope(f.scope)}的故障已持续${span(f.since)}，仍未结束：${because(f.waitingFor)}。请用\`solosafe explain\`查看后续动作。`,

  "step-begun": (f) =>
    `开始执行${target(f.target)}的${step(f.step)}（${tries(f)}）：${because(f.reason)}。`,
  "step-finished": (f) =>
    f.result === "done"
      ? `${target(f.target)}的${step(f.step)}在${span(f.took)}后完成。是否有效由后续监视判断。`
      : `${target(f.target)}的${step(f.step)}未成功（${span(f.took)}）：${because(f.result)}。`,
  "evidence-kept": (f) =>
    `已保存${target(f.resource)}的故障证据：${quote(f.folder)}中有${f.files}个文件。可用\`solosafe evidence ${incidentOf(f.folder)}\`查看。`,
  "step-abandoned": (f) => `已放弃${target(f.target)}的${step(f.step)}：${because(f.because)}。`,
  "would-have": (f) =>
    `本应开始${target(f.target)}的${step(f.step)}（${tries(f)}），但未执行任何操作：${because(f.because)}。`,
  "recovery-exhausted": (f) =>
    `${target(f.target)}的恢复操作已全部执行，但监视器${quote(f.monitor)}仍然异常。请修复后执行\`solosafe clear ${f.monitor}\`。`,
  "recovery-held": (f) => `${scope(f.scope)}的恢复正在等待：${heldBy(f.because)}。`,

  "server-action-ordered": (f) =>
    `已命令守护程序对服务器执行${deed(f.action)}（第${f.count}/${f.limit}次），起因是${member(f.monitor)}异常：${because(f.reason)}。`,
  "server-action-simulated": (f) =>
    `因${member(f.monitor)}异常，本应对服务器执行${deed(f.action)}：${because(f.reason)}。未执行任何操作：在模拟故障、观察模式下或守护程序未运行期间，服务器级动作仅作模拟。`,
  "server-action-blocked": (f) =>
    `因${member(f.monitor)}异常，本应对服务器执行${deed(f.action)}，但已被保留：${heldBack(f.because, f.count, f.limit)}。资源和组的重新启动照常进行。请修复${member(f.monitor)}所监视的对象，然后执行\`solosafe reboots clear\`。`,
  "reboot-did-not-help": (f) =>
    `为${member(f.monitor)}执行的${deed(f.action)}没有效果，再次出现异常。${f.willRepeat ? `将重复${deed(f.action)}，直至达到上限。` : `在确认恢复之前不再重复${deed(f.action)}。`}请修复其监视的对象。`,
  "reboots-cleared": (f) => `${quote(f.by)}清除了服务器级动作的记录。`,

  "person-started": (f) => `${quote(f.by)}启动了${target(f.name)}，计数已归零。`,
  "person-stopped": (f) =>
    `${quote(f.by)}停止了${target(f.name)}。在执行\`solosafe start ${f.name}\`之前保持停止。`,
  "person-restarted": (f) => `${quote(f.by)}重新启动了${target(f.name)}。`,
  "person-ordered": (f) => `${quote(f.by)}要求对服务器执行${deed(f.action)}。先停止所有组。`,
  "person-cleared": (f) => `${quote(f.by)}清除了${quote(f.name)}，计数已归零。`,
  suspended: (f) =>
    `${quote(f.by)}暂停了${scope(f.scope)}，${f.lasts === null ? "直至人工解除" : `为期${span(f.lasts)}`}。期间既不监视也不恢复。如需提前结束，请执行\`solosafe resume\`。`,
  "suspension-reminder": (f) =>
    `${scope(f.scope)}已暂停${span(f.since)}，未被监视。如需结束，请执行\`solosafe resume\`。`,
  resumed: (f) => `${scope(f.scope)}已恢复监视（${because(f.by)}）。`,
  "window-opened": (f) =>
    `计划时段${quote(f.window)}已开始，持续${span(f.lasts)}。期间不监视${scopes(f.scopes)}。`,
  "window-closed": (f) =>
    `计划时段${quote(f.window)}已结束${f.because === "end" ? "" : "（配置中已不再包含）"}。其暂停的对象已恢复监视。`,
  "rehearsal-begun": (f) =>
    `${quote(f.by)}开始了监视器${quote(f.monitor)}的模拟故障：监视器会故意报告异常，恢复操作会真实执行，但最终动作仅通知而不执行。如需结束，请执行\`solosafe rehearse ${f.monitor} --end\`。`,
  "rehearsal-ended": (f) => `${quote(f.by)}结束了监视器${quote(f.monitor)}的模拟故障。`,
} satisfies Partial<Texts>;
