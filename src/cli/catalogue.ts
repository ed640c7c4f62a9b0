import type { Command } from "./command.ts";

/** A command as the overview lists it; its code is loaded only when it is called. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** All commands, grouped by what a person wants. A test holds the summaries equal to the commands' own. */
export const COMMANDS: readonly {
  readonly title: string;
  readonly commands: readonly CommandEntry[];
}[] = [
  {
    title: "See",
    commands: [
      {
        name: "status",
        summary: "Show groups, monitors and open incidents",
        load: async () => (await import("./commands/status.ts")).status,
      },
      {
        name: "explain",
        summary: "Say why something is as it is, and what comes next",
        load: async () => (await import("./commands/explain.ts")).explain,
      },
      {
        name: "events",
        summary: "Show what happened, or follow what happens",
        load: async () => (await import("./commands/events.ts")).events,
      },
      {
        name: "alerts",
        summary: "Search the alert log",
        load: async () => (await import("./commands/alerts.ts")).alerts,
      },
      {
        name: "report",
        summary: "Show how the server did: availability, incidents, reboots, what waits",
        load: async () => (await import("./commands/report.ts")).report,
      },
      {
        name: "metrics",
        summary: "Print everything that is measured, for Prometheus",
        load: async () => (await import("./commands/metrics.ts")).metrics,
      },
      {
        name: "monitor",
        summary: "List the monitors, or show one with its parameters",
        load: async () => (await import("./commands/monitor.ts")).monitor,
      },
      {
        name: "why",
        summary: "Say why the server rebooted",
        load: async () => (await import("./commands/why.ts")).why,
      },
      {
        name: "evidence",
        summary: "Show what was kept of resources that failed",
        load: async () => (await import("./commands/evidence.ts")).evidence,
      },
      {
        name: "logs",
        summary: "Collect what support asks for into one archive, secrets removed",
        load: async () => (await import("./commands/logs.ts")).logs,
      },
      {
        name: "reboots",
        summary: "Show or clear the record of server-level actions",
        load: async () => (await import("./commands/reboots.ts")).reboots,
      },
    ],
  },
  {
    title: "Operate",
    commands: [
      {
        name: "start",
        summary: "Start a group or a resource",
        load: async () => (await import("./commands/start.ts")).start,
      },
      {
        name: "stop",
        summary: "Stop a group or a resource; it stays stopped until it is started",
        load: async () => (await import("./commands/stop.ts")).stop,
      },
      {
        name: "restart",
        summary: "Stop and start a group or a resource",
        load: async () => (await import("./commands/restart.ts")).restart,
      },
      {
        name: "suspend",
        summary: "Stop probing and recovery for a while",
        load: async () => (await import("./commands/suspend.ts")).suspend,
      },
      {
        name: "resume",
        summary: "End a suspension",
        load: async () => (await import("./commands/resume.ts")).resume,
      },
      {
        name: "clear",
        summary: "Reset counts and release what is blocked",
        load: async () => (await import("./commands/clear.ts")).clear,
      },
      {
        name: "message",
        summary: "Report ok or failed to a `message` monitor",
        load: async () => (await import("./commands/message.ts")).message,
      },
      {
        name: "watch",
        summary: "Start a program and put its life under watch",
        load: async () => (await import("./commands/watch.ts")).watch,
      },
    ],
  },
  {
    title: "Try",
    commands: [
      {
        name: "simulate",
        summary: "Play on paper what a failure would lead to",
        load: async () => (await import("./commands/simulate.ts")).simulate,
      },
      {
        name: "rehearse",
        summary: "Let a monitor fail on purpose; recovery is real",
        load: async () => (await import("./commands/rehearse.ts")).rehearse,
      },
      {
        name: "drill",
        summary: "Really break something, and report what found and healed it",
        load: async () => (await import("./commands/drill.ts")).drill,
      },
      {
        name: "mail",
        summary: "Send a test mail, and say what each mail server did with it",
        load: async () => (await import("./commands/mail.ts")).mail,
      },
      {
        name: "destination",
        summary: "Tell a destination a test event, and say what became of it",
        load: async () => (await import("./commands/destination.ts")).destination,
      },
      {
        name: "watchdog",
        summary: "Show the kernel watchdogs, or let one really reset the server",
        load: async () => (await import("./commands/watchdog.ts")).watchdog,
      },
    ],
  },
  {
    title: "Set up",
    commands: [
      {
        name: "run",
        summary: "Run the agent in the foreground; Ctrl-C ends everything it started",
        load: async () => (await import("./commands/run.ts")).run,
      },
      {
        name: "config",
        summary: "Check, compare, apply or undo the configuration",
        load: async () => (await import("./commands/config.ts")).config,
      },
      {
        name: "web",
        summary: "Show where the page is, open it to others, or get a code for one sign-in",
        load: async () => (await import("./commands/web.ts")).web,
      },
      {
        name: "user",
        summary: "List, add, change or remove those who may sign in on the page",
        load: async () => (await import("./commands/user.ts")).user,
      },
      {
        name: "token",
        summary: "List, add or remove the tokens of scripts",
        load: async () => (await import("./commands/token.ts")).token,
      },
      {
        name: "audit",
        summary: "Show who changed or tried what, and from where",
        load: async () => (await import("./commands/audit.ts")).audit,
      },
      {
        name: "version",
        summary: "Show the versions of this program and of the agent",
        load: async () => (await import("./commands/version.ts")).version,
      },
      {
        name: "help",
        summary: "Show all commands, or one of them",
        load: async () => (await import("./commands/help.ts")).help,
      },
    ],
  },
];

/** Every command's entry. */
export const ENTRIES: readonly CommandEntry[] = COMMANDS.flatMap(({ commands }) => commands);
