import type { Texts } from "./en-server.ts";
import { because, member, quote, span } from "./words-zh.ts";

/** Chinese texts about monitors, resources and groups. */
export const WATCHED_TEXTS = {
  "monitor-suspect": (f) =>
    `监视器${quote(f.monitor)}疑似异常（判定异常前的失败第${f.failures}/${f.allowed}次）：${because(f.reason)}。`,
  "monitor-failed": (f) =>
    `监视器${quote(f.monitor)}检测到异常${f.failures > 1 ? `（连续${f.failures}次）` : ""}：${because(f.reason)}。`,
  "monitor-still-failed": (f) =>
    `监视器${quote(f.monitor)}仍然异常：${because(f.reason)}。将执行下一步恢复操作。`,
  "monitor-recovered": (f) =>
    `监视器${quote(f.monitor)}在${span(f.after)}后恢复正常。在持续正常并确认恢复之前，计数予以保留。`,
  "monitor-cured": (f) => `监视器${quote(f.monitor)}持续正常，已确认恢复，计数已归零。`,
  "monitor-warning": (f) =>
    `监视器${quote(f.monitor)}发出警告：${because(f.reason)}。警告不会触发恢复操作。`,
  "monitor-slow": (f) =>
    `监视器${quote(f.monitor)}响应缓慢：监视耗时${span(f.took)}，超时时间为${span(f.timeout)}。请查明原因或延长超时时间。`,
  "monitor-unknown": (f) =>
    `监视器${quote(f.monitor)}无法监视：${because(f.reason)}。不会执行恢复操作。请安装所缺内容或授予权限。`,
  "monitor-known": (f) => `监视器${quote(f.monitor)}可以重新监视。`,
  "monitor-flapping": (f) =>
    `监视器${quote(f.monitor)}的状态反复变化（异常与恢复共${f.changes}次）。恢复操作继续进行，请查找时有时无的故障。`,
  "monitor-settled": (f) => `监视器${quote(f.monitor)}在${f.changes}次变化后已稳定。`,
  "monitor-chronic": (f) =>
    `监视器${quote(f.monitor)}在24小时内恢复了${f.cures}次，每次又再度异常。重新启动无法根治，请查明原因。`,
  "monitor-consequence": (f) =>
    `监视器${quote(f.monitor)}的异常由其依赖的监视器${quote(f.of)}异常引起。不单独恢复，归入该故障。`,
  "monitor-alert-only": (f) =>
    `监视器${quote(f.monitor)}因超时而异常，但设置为仅通知：${because(f.reason)}。未执行任何操作，请自行检查。`,
  "monitor-not-own-fault": (f) =>
    `监视器${quote(f.monitor)}检测到异常，但原因在本服务器之外：${because(f.reason)}。本服务器不执行恢复操作。`,
  "not-proven": (f) =>
    `已有${f.days}天没有证实${f.count === 1 ? "以下监视器" : `以下${f.count}个监视器`}能检测到异常：${f.monitors}。请在空闲时段用\`solosafe drill\`进行验证。`,

  "resource-started": (f) => `资源${quote(f.resource)}已在${span(f.took)}内启动。`,
  "resource-not-ready": (f) =>
    `资源${quote(f.resource)}正在运行，但启动后${span(f.waited)}内${f.monitors}未变为正常。今后按监视器的结果判定。`,
  "resource-ready": (f) => `资源${quote(f.resource)}在${span(f.took)}后就绪。`,
  "resource-start-failed": (f) =>
    `资源${quote(f.resource)}启动失败（第${f.attempt}/${f.allowed}次）：${because(f.reason)}。`,
  "resource-start-stalled": (f) =>
    `资源${quote(f.resource)}未能在启动超时时间（${span(f.timeout)}）内就绪。`,
  "resource-stopped": (f) => `资源${quote(f.resource)}已在${span(f.took)}内停止，没有残留进程。`,
  "resource-stop-failed": (f) =>
    `资源${quote(f.resource)}停止失败：${because(f.reason)}。在其进程消失之前不会启动。请结束这些进程，然后执行\`solosafe clear ${f.resource}\`。`,
  "resource-blocked": (f) =>
    `资源${quote(f.resource)}已被保留：${because(f.reason)}。请修复后执行\`solosafe clear ${f.resource}\`。`,
  "resource-ended": (f) => `资源${quote(f.resource)}在无人停止的情况下结束：${because(f.how)}。`,
  "resource-stopped-outside": (f) =>
    `资源${quote(f.resource)}已被外部停止，此操作予以保留。如需启动，请执行\`solosafe start ${f.resource}\`。`,
  "resource-stopped-outside-still": (f) =>
    `被外部停止的资源${quote(f.resource)}已停止${span(f.since)}。如需启动，请执行\`solosafe start ${f.resource}\`。`,
  "resource-back": (f) => `资源${quote(f.resource)}重新运行，已恢复监视。`,
  "resource-restarted-outside": (f) =>
    `资源${quote(f.resource)}已由systemd重新启动（${f.count}次），未执行任何操作。`,
  "resource-adopted": (f) => `资源${quote(f.resource)}已在运行，未作改动，已恢复监视。`,

  "group-activated": (f) => `组${quote(f.group)}在${span(f.took)}后完成激活。`,
  "group-deactivated": (f) => `组${quote(f.group)}在${span(f.took)}后完成停止。`,
  "group-start-failed": (f) =>
    `组${quote(f.group)}启动失败：${member(f.resource)}无法启动。${f.action === "none" ? "不再执行其他操作。" : `将执行动作${quote(f.action)}。`}请修复后执行\`solosafe start ${f.group}\`。`,
  "group-waits": (f) => `组${quote(f.group)}等待${quote(f.for)}，最长${span(f.limit)}。`,
  "group-wait-over": (f) =>
    `组${quote(f.group)}等待${quote(f.for)}的时间已到，不再等待，继续进行。`,

  "package-work-began": () => "软件包管理器正在运行。在其结束之前，不会恢复其更改的内容。",
  "package-work-ended": (f) => `软件包管理器在${span(f.took)}后结束。`,
  "package-work-long": (f) =>
    `软件包管理器已持有锁${span(f.lasts)}。恢复操作继续进行。请检查它是否在等待输入。`,
} satisfies Partial<Texts>;
