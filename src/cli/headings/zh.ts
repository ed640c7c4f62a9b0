import { HOUR } from "../../base/duration.ts";
import type { WhatIf } from "../../simulate/what-if.ts";
import { because, condition, scope, span, step } from "../../events/words-zh.ts";
import { assemble } from "./assemble.ts";
import type { Headings } from "./en.ts";

const status: Headings["status"] = {
  thisServer: "本服务器",
  agent: (mode, version, pid, lasts) =>
    `（模式 ${mode}，代理程序 ${version}，pid ${pid}，已运行${span(lasts)}）`,
  isWell: "一切正常",
  isOpen: "已恢复运行，持续正常后故障才会结束",
  isIll: "存在异常",
  suspended: (name, left, by) =>
    `已暂停：${scope(name)}，${left === null ? "直到有人恢复" : `剩余${span(left)}`}（${by}）。`,
  eventsLost: (count) => `队列已满，丢失了${count}个事件。`,
  linesLost: (count) => `丢失了${count}行日志。`,
  group: (name) => `组 ${name}`,
  lasts: (state, lasts) => `${state}（${span(lasts)}）`,
  byPerson: "已被人工停止",
  byOthers: "已被外部停止",
  waitsFor: (names) => `等待${names}`,
  waitsAtMost: (names, limit) => `等待${names}（最长${span(limit)}）`,
  more: (count) => `另有${count}项`,
  started: (times) => `已启动${times}次`,
  blocked: (reason) => `已阻止：${because(reason)}`,
  tracked: (by) => `跟踪方式：${by}`,
  noMonitors: "没有监视器，未监视任何对象。",
  monitors: "监视器",
  incident: (id, group, lasts, cause) =>
    `故障 ${id}（${group === null ? "服务器" : `组 ${group}`}，已持续${span(lasts)}）：${cause}`,
  step: (kind, target, result) => `${target}的${step(kind)}：${result}`,
  simulated: "模拟",
  runs: "进行中",
  waits: (what) => `等待：${because(what)}`,
  heard: "接收心跳的服务器",
  heardState: { well: "正常", failing: "异常", leaving: "已停止", "going-down": "正在停机" },
  silent: "失联",
  neverHeard: "从未收到",
  heardAgo: (ago) => `${span(ago)}前收到`,
  announced: (what) => `已预告：${what}`,
  wasThen: (state) => `当时${state}`,
};

const notes: Headings["notes"] = {
  "server-actions-simulated":
    "服务器级动作（reboot、poweroff、reset、panic）仅为模拟：只判定并记录，不执行。",
  "observe-by-kernel": "内核命令行中有`solosafe=observe`。无论配置如何，不执行任何操作。",
  "guard-gone":
    "守护程序不在，不执行服务器级动作。请查看`systemctl status solosafe-guard.service`。",
  "guard-waits": "守护程序尚未启用任何看门狗，在此之前服务器级动作仅为模拟。",
  "guard-uncovered": "没有启用看门狗，内核或守护程序冻结时无法处理。",
  "guard-unproven": "没有程序向守护程序证明用户空间正常，无法发现停滞。",
  "observe-mode": "观察模式：监视并判定一切，但不执行任何操作。",
  "shutdown-in-progress": "服务器正在关机，不执行恢复操作。",
  "package-work": "软件包管理器正在运行，其更改的内容在此期间不予恢复。",
  "destination-faulty": "有通知目标无法接收通知，请用`solosafe events`查看。",
  "mail-faulty": "邮件无法发送，通知不会送达，请用`solosafe mail test`确认。",
  "save-faulty": "状态无法保存。请释放磁盘空间或修复磁盘。",
  "record-faulty": "启动记录不可信。请查看`solosafe reboots`。",
  "config-faulty": "配置无效，最后一次有效的配置正在生效。请查看`solosafe config check`。",
};

const monitor: Headings["monitor"] = {
  none: "没有监视器。",
  columns: ["监视器", "类型", "状态", "持续", "恢复对象", "最近验证", ""],
  name: (name) => `监视器 ${name}`,
  forgiven: (failures, retries) => `容许的失败${failures}/${retries}次`,
  disabled: "已禁用",
  suspended: "已暂停",
  rehearsed: "模拟故障中（有意的异常）",
  flapping: "异常与恢复反复交替",
  chronic: "长期反复异常",
  consequence: (of) => `由${of}引起`,
  exhausted: "已无恢复手段",
  notProven: (count) => `90天未验证的监视器：${count}个。演练或故障可以验证监视器。`,
  isNotProven: "90天未验证",
  found: (age, at) => `${age}，于${at}检测到异常`,
  done: (age, at) => `${age}，于${at}执行`,
  never: "从未",
  ago: (lasts) => `${span(lasts)}前`,
  type: "类型",
  recovers: "恢复对象",
  interval: "监视间隔",
  times: (interval, timeout) => `${span(interval)}，超时${span(timeout)}`,
  retries: "重试次数",
  script: "恢复脚本",
  reactivations: "重新激活",
  groupRestarts: "组重新启动",
  final: "最终动作",
  proven: "最近验证",
  of: (count, most) => `${count}/${most}次`,
  cannotDetect: (what) => `无法检测：${what}`,
};

const drill: Headings["drill"] = {
  head: (id, what, at, by, mode) => `演练${id}：${what}，${at}，执行者 ${by}，模式 ${mode}`,
  what: (kind, target) => `${target}的${kind}`,
  fault: "故障",
  lookedAt: "相关监视器",
  noMonitor: "没有监视器",
  detected: "检测",
  steps: "恢复操作次数",
  recovered: "恢复",
  undone: "故障撤销",
  no: "否",
  because: (why) => `否：${why}`,
  after: (lasts) => `${lasts}后`,
  afterBy: (lasts, by) => `${lasts}后（${by}）`,
  seconds: (seconds) => `${seconds}秒`,
  nothingToUndo: "无需撤销",
  notYet: "尚未",
  cut: "… 超出可保存的数量 …",
  begun: (id, fault, lasts) =>
    `演练${id}：${fault}${lasts === 0 ? "" : `（最长${span(lasts)}）`}。`,
  ends: "即使退出本命令，代理程序也会结束演练。要立即结束，请执行`solosafe drill end`。",
  undoByHand: (fault) => `故障无法撤销：${fault}。请手动撤销。`,
  running: "仍在进行。`solosafe drill end`可将其结束。",
  byUndo: "已检测到。撤销故障后即恢复正常，无需恢复操作。",
  healed: (lasts) => `已检测到，并在${lasts}内恢复。`,
  notDetected: "没有监视器检测到：被破坏的对象未受监视。",
  notRecovered: "已检测到，但尚未恢复正常。",
  observed: "观察模式下不执行任何操作。",
  cutShort: "中途结束，故障已撤销。",
  none: "尚无演练。",
  columns: ["", "开始", "演练", "检测", "恢复", "结果"],
  notUndone: (verdict) => `${verdict}（故障仍在）`,
  planned: ["计划", "演练", "时段", "下次", "上次", "最近验证"],
  waits: "在本时段内等待",
  never: "从未",
};

const why: Headings["why"] = {
  facts: "依据：",
  kernel: (now, before) =>
    before === null ? `内核：${now}` : `内核：${now}（此前的启动为${before}）`,
  notThere: "SoloSafe是在本次启动期间安装的，没有看到上次运行如何结束。",
  older: "最后一次看到的启动：",
  none: "还没有报告。每次重启后都会生成一份。",
  unknown: (id) => `没有报告${id}`,
  columns: ["", "启动时间", "上次运行的结束", "可信度", "停机时间"],
  ends: {
    "by-solosafe": "由SoloSafe结束",
    "by-person": "由人或程序结束",
    "watchdog-reset": "由看门狗结束",
    panic: "内核崩溃",
    "power-loss": "断电或硬复位",
    unknown: "原因不明",
  },
  sure: { certain: "确定", likely: "很可能", guess: "推测" },
  notKnown: "不明",
};

const availability: Headings["availability"] = {
  head: (from, to) => `${from}至${to}：`,
  columns: ["", "可用率", "停机", "故障次数", "平均修复时间", "平均故障间隔", "计划停机", "未监视"],
  server: "服务器",
  group: (name) => `组${name}`,
  nothing: "该期间没有测量数据。",
  note: "计划停机（人工停止、暂停、计划时段）和代理程序未运行的时间不计算在内。",
};

const report: Headings["report"] = {
  mailed: (from, to, recipients) =>
    `${from}至${to}的报告正在发送给${recipients}，发送结果请用\`solosafe events\`查看。`,
};

const config: Headings["config"] = {
  more: (count) => `另有${count}项`,
  changes: (count) => `${count}项更改：`,
  sameMeaning: "除注释、顺序或写法外没有更改。",
  same: "与当前生效的配置相同。",
  restarted: "重新启动",
  started: "启动",
  stopped: "停止",
  atNextStart: "下次启动前保持原样（--restart：立即生效）",
  adopted: "已在运行，原样接管（不论由什么程序启动）",
  leftRunning: "继续运行，不再受监视",
  anew: "重新开始监视的监视器",
  gone: "被删除的监视器",
  withdrawn: "撤回并结束的故障",
  line: (what, names) => `${what}：${names}。`,
  format: (note) => `格式：${note}。`,
  notRunningCompared: "代理程序未运行：与最后生效的配置进行比较。",
  notRunningWritten: (file) => `代理程序未运行：仅写入\`${file}\`。`,
  written: (file) => `已写入\`${file}\`。代理程序启动时会读取。`,
  cannotApply: (why) => `现在无法应用：${why}。`,
  question: "是否应用？ [y/N] ",
  nothingToDo: (version) => `无需更改：版本${version}已生效。`,
  applied: (version, restarting, undo) =>
    `版本${version}已生效。${restarting === "" ? "" : `正在重新启动：${restarting}。`}要撤销，请执行\`solosafe config rollback ${undo}\`。`,
  inForce: "（生效中）",
  lastGood: (file) => `\`${file}\`无效：最后一次有效的配置正在生效。`,
  nothingKept: "尚未保存任何内容。",
  rolledBack: (to) => `回退到版本${to ?? "?"}`,
  kinds: { start: "启动时", reload: "重新读取", apply: "应用", file: "文件" },
  pulled: (version, file) =>
    `${version === null ? "生效的配置" : `版本${version}`}已写入\`${file}\`。`,
  notValid: (count) => `无效：${count}个错误。`,
};

const simulate: Headings["simulate"] = {
  head: (name, lasts) =>
    `\`${name}\`在00:00发生异常，${lasts === null ? "且不会好转" : `${span(lasts)}后恢复工作`}；服务器已运行${span(2 * HOUR)}。`,
  more: (count) => `… 另有${count}项 …`,
  again: (times, at) => `（${times}次，最后一次在${at}）`,
  took: (result, lasts) => `${result} ${span(lasts)}后`,
  notDone: "本次推演假定有守护程序，而此处没有发现。没有它时，服务器级动作只作说明，不会执行。",
  observed: "观察模式下只说明，不执行。",
  end: ({ end, restarts, serverActions }: WhatIf) =>
    `结果：${ends[end.is]}（${span(end.at)}，恢复操作${restarts}次，服务器级动作${serverActions}次）。`,
  columns: ["异常", "首个恢复操作", "最终动作", "结果"],
  times: "时间从异常发生时算起。`solosafe simulate --fail NAME`显示每一步。",
};

const ends: Headings["ends"] = {
  forgiven: "予以容许，不采取行动",
  cured: "恢复",
  exhausted: "仍然异常并告警，已无恢复手段",
  "told-only": "仍然异常并告警，不执行恢复",
  "did-not-help": "仍然异常并告警，重启无效",
  blocked: "仍然异常并告警，已达到重启次数上限",
  stopped: "停止，直到有人启动",
  "agent-stopped": "代理程序已退出，应用程序继续运行",
  off: "服务器关闭电源",
  "goes-on": "没有终点，反复尝试",
};

const VERDICTS: Readonly<Record<string, string>> = {
  running: "进行中",
  recovered: "通过",
  "not-detected": "未检测到",
  "not-recovered": "未恢复",
  "cut-short": "中断",
};

/** The fixed texts of the command line in Chinese. */
export const CHINESE_HEADINGS: Headings = assemble({ span, condition, step }, VERDICTS, {
  status,
  notes,
  monitor,
  drill,
  why,
  availability,
  report,
  config,
  simulate,
  ends,
});
