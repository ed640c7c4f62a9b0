/** A boot that freezes before anybody ever proved. */
import { ARMED, type Happening, type Story, tell, testStories, UPTIME } from "./guard-story.ts";

const HOURS = 3600;
const by = { pid: 300, startTime: 7 };
const CHARGED = { counted: 0, isLost: false, isCharged: true };
const FROZEN = "last gasp: panic: nobody ever proved that programs run, and none is started";
const newest = (second: number, pid: number): Happening => [second, tell({ is: "newest", pid })];
const heardUntil5: readonly Happening[] = [
  [0, tell({ is: "record", record: CHARGED })],
  [5, tell({ is: "beat", by })],
];
const every10 = (until: number, pidAt: (second: number) => number): readonly Happening[] =>
  Array.from({ length: until / 10 + 1 }, (_none, at) => newest(at * 10, pidAt(at * 10)));

const STORIES: readonly Story[] = [
  {
    name: "an agent was heard, then nothing moved any more: ten minutes later it is a stall",
    setting: { isSilent: true },
    seconds: 700,
    happenings: [...heardUntil5, ...every10(700, (second) => (second < 20 ? second * 9 : 180))],
    done: [ARMED, `620 ${FROZEN}`, "620 sysrq c", "625 sysrq b"],
    phases: ["0 guarding", "600 uncovered", "620 stalled"],
  },
  {
    name: "threads of the kernel come and go in a frozen server",
    setting: { isSilent: true },
    seconds: 700,
    happenings: [...heardUntil5, ...every10(700, (second) => 100 + Math.floor(second / 60))],
    done: [ARMED, `605 ${FROZEN}`, "605 sysrq c", "610 sysrq b"],
  },
  {
    name: "beyond the limit it is as slow as any stall",
    setting: { isSilent: true },
    seconds: 1800,
    happenings: [[0, tell({ is: "record", record: { ...CHARGED, counted: 3 } })], newest(0, 100)],
    done: [ARMED, `1790 ${FROZEN}`, "1790 sysrq c", "1795 sysrq b"],
    notes: [/^600 warning: nobody ever .* a stall, not acted upon for 19m50s/, /./, /./, /./],
  },
  {
    name: "where no agent was ever heard nobody counts: six hours after the boot",
    setting: { isSilent: true },
    seconds: 6 * HOURS,
    happenings: [newest(0, 100)],
    done: [
      "60 arm auto 60 panic",
      `${6 * HOURS - UPTIME / 1000} ${FROZEN}`,
      `${6 * HOURS - UPTIME / 1000} sysrq c`,
      `${6 * HOURS - UPTIME / 1000 + 5} sysrq b`,
    ],
  },
  {
    name: "where programs are started only ours are broken",
    setting: { isSilent: true },
    seconds: 3600,
    happenings: [...heardUntil5, ...every10(3600, (second) => (100 + second) % 3000)],
    done: [ARMED],
  },
  {
    name: "where the agent lives it tells that nobody proves",
    setting: { isSilent: true },
    seconds: 3600,
    happenings: [
      [0, tell({ is: "record", record: CHARGED })],
      newest(0, 100),
      [
        2,
        (world) => {
          world.agent = by;
        },
      ],
    ],
    done: [ARMED],
  },
  {
    name: "who left in order is not missed",
    setting: { isSilent: true },
    seconds: 3600,
    happenings: [...heardUntil5, newest(0, 100), [6, tell({ is: "leaving", who: "agent", by })]],
    done: [ARMED],
  },
  {
    name: "a first proof ends it, however late",
    setting: { isSilent: true },
    seconds: 3600,
    happenings: [
      ...heardUntil5,
      newest(0, 100),
      [
        590,
        (world) => {
          world.prover = { pid: 102, startTime: 7 };
          world.agent = by;
        },
      ],
    ],
    done: [ARMED],
  },
];

testStories(STORIES);
