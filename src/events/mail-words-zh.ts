import type { MailWords } from "./mail-words.ts";

/** Chinese words of mails. */
export const CHINESE_MAIL: MailWords = {
  severities: {
    info: "信息",
    notice: "通知",
    warning: "警告",
    error: "错误",
    critical: "严重",
  },
  whatFailed: "发生了什么",
  whatWasDone: "已采取的措施",
  whatIsLeft: "需要您处理的事项",
  nothingIsLeft: "无。",
  recoveryGoesOn: "目前无。正在自动恢复，结果将在下一封邮件中告知。",
  noStepYet: "尚未执行任何恢复步骤，接下来会做什么请用`solosafe explain`查看。",
  nothingWasDone: "尚无。",
  isRecovered: "目前一切正常，正在观察是否持续。",
  server: "服务器",
  incident: "故障",
  written: "时间",
  more: (count) => `……另有${count}条，请用\`solosafe events\`查看。`,
  dropped: (count) => `由于没有空间，在此之前有${count}封邮件未发送。请用\`solosafe events\`查看。`,
  digest: (count) => `未逐一发送的事件汇总（${count}条）`,
  test: {
    summary: "测试邮件",
    text: "这是一封测试邮件。收到它说明SoloSafe的邮件可以送达，无需处理。",
  },
  lost: {
    summary: "代理程序丢失：此服务器不再被监视和恢复",
    text: "代理程序没有响应，守护程序已反复将其终止，但它没有恢复。应用程序继续运行，但无人监视和恢复。守护程序继续喂看门狗，并继续启动代理程序。",
    left: "请在代理程序日志和内核日志中查看它在等待什么（多为磁盘），然后执行`systemctl restart solosafe-agent.service`。",
  },
};
