import type { Confidence, UnaskedEnd } from "../core/boot-cause.ts";
import type { BOOT_STATEMENTS as ENGLISH_STATEMENTS, BOOT_TEXTS as ENGLISH } from "./en-boot.ts";
import { deed, quote, span } from "./words-zh.ts";

const SURE: Readonly<Record<Confidence, string>> = {
  certain: "",
  likely: "（很可能）",
  guess: "（推测）",
};
const ENDS: Readonly<Record<UnaskedEnd, string>> = {
  "watchdog-reset": "看门狗重置了服务器",
  panic: "内核崩溃",
  "power-loss": "断电或有人按了复位",
  unknown: "没有任何线索说明原因",
};
const TO_DO: Readonly<Record<UnaskedEnd, string>> = {
  "watchdog-reset": "用户空间或内核曾停滞，请查看上次运行日志的末尾及当时的负载。",
  panic: "请阅读内核的最后记录，其中会指出有问题的驱动程序或内存。",
  "power-loss": "请检查电源及其记录，并确认当时谁在操作服务器。",
  unknown: "请让日志在重启后保留（`Storage=persistent`），以便下次能说明更多。",
};

function gone(away: number | null): string {
  return away === null ? "" : `停机时间为${span(away)}。`;
}

/** 上次运行如何结束。 */
export const BOOT_TEXTS: typeof ENGLISH = {
  "rebooted-by-solosafe": (f) =>
    `上次运行由SoloSafe结束：${f.monitor === "" ? "" : `因${quote(f.monitor)}异常，`}决定对服务器执行${deed(f.action)}。${gone(f.away)}是否有效由异常对象的后续监视判断。`,
  "rebooted-by-person": (f) =>
    f.isTest
      ? `有人测试了看门狗，服务器被重置。${gone(f.away)}无需处理。`
      : `服务器被人或程序关机或重启${SURE[f.confidence]}。${gone(f.away)}无需处理。`,
  "rebooted-unasked": (f) =>
    `没有人下达指令，服务器却停机了：${ENDS[f.end]}${f.end === "unknown" ? "" : SURE[f.confidence]}。${gone(f.away)}${TO_DO[f.end]}`,
};

export const BOOT_STATEMENTS: typeof ENGLISH_STATEMENTS = {
  "end-ordered": (f) =>
    `启动记录中有该指令（${deed(f.action)}）${f.monitor === "" ? "" : `，原因是${quote(f.monitor)}`}。`,
  "end-record-closed": () => "启动记录已由正常关机关闭。",
  "end-record-open": (f) => `启动记录未关闭：上次运行${span(f.lasted)}后未经关机即结束。`,
  "end-record-missing": () => "启动记录中没有上次运行的信息。",
  "end-guard-word": (f) => `守护程序在内核日志中的最后一条记录：${quote(f.text)}。`,
  "end-panic": (f) => `内核的最后记录（保存在${quote(f.path)}）：${quote(f.text)}。`,
  "end-crash-dump": (f) => `崩溃的内核将内存保存在${quote(f.path)}。`,
  "end-watchdog": () => "看门狗设备表明是它重置了服务器。",
  "end-asked": (f) => `日志说明了由谁下达：${quote(f.text)}。`,
  "end-shutdown": (f) => `日志中有关机开始的记录：${quote(f.text)}。`,
  "end-journal-closed": () => "上次运行的日志已正常关闭。",
  "end-journal-cut": () => "上次运行的日志中途结束。",
  "end-journal-missing": () => "没有保留上次运行的日志。",
  "end-login-record": (f) => (f.isShutDown ? "登录记录中有关机。" : "登录记录中没有关机。"),
  "end-clock": (f) => `时钟倒退了${span(f.back)}，因此无法得知停机时间。`,
};
