/** Who is silent, and what the guard does about it, second by second. */
import { DEVICE, SETTINGS } from "./guard-play.ts";
import { order } from "./guard-play.ts";
import {
  ARMED,
  flicker,
  freeze,
  goOn,
  HALF_HOUR,
  leaving,
  loseAgent,
  loseProver,
  PROOFLESS,
  shutdown,
  stopGuard,
  tell,
  UPTIME,
  testStories,
  type Happening,
  type Story,
} from "./guard-story.ts";

const STALLS: readonly Story[] = [
  {
    name: "a frozen user space ends in a panic, and in a reset where that does not work",
    seconds: 200,
    happenings: [[20, freeze]],
    done: [ARMED, `75 last gasp: panic: ${PROOFLESS}`, "75 sysrq c", "80 sysrq b"],
    phases: ["0 guarding", "75 stalled"],
    fed: [60, 65, 70],
    notes: [/^75 emergency: panic: no proof/, /^75 emergency: sysrq c/, /^80 emergency: sysrq b/],
  },
  {
    name: "the same with a reset as the action",
    setting: { settings: { stallAction: "reset" } },
    seconds: 200,
    happenings: [[20, freeze]],
    done: ["0 arm auto 60 reset", `75 last gasp: reset: ${PROOFLESS}`, "75 sysrq b"],
  },
  {
    name: "a crash kernel gets its time to write the dump",
    seconds: 200,
    happenings: [
      [1, tell({ is: "crash-kernel", isLoaded: true })],
      [20, freeze],
    ],
    done: [ARMED, `75 last gasp: panic: ${PROOFLESS}`, "75 set 600", "75 sysrq c", "80 sysrq b"],
    fed: [65, 70, 75],
  },
  {
    name: "without a device sysrq is what is left, and a device is looked for every minute",
    setting: { device: null },
    seconds: 100,
    happenings: [[20, freeze]],
    done: [
      ARMED,
      "60 arm auto 60 panic",
      `75 last gasp: panic: ${PROOFLESS}`,
      "75 sysrq c",
      "80 sysrq b",
    ],
    phases: ["0 uncovered", "75 stalled"],
    fed: [],
    notes: [/^0 warning: a frozen kernel .* not covered: there is no device/, /panic/, /c/, /b/],
  },
  {
    name: "a prover that says why it cannot prove is a stall, and its reason is told",
    setting: { restartAfter: null },
    seconds: 100,
    happenings: [
      [20, loseProver],
      [30, tell({ is: "no-proof", by: { pid: 102, startTime: 7 }, why: "fork: EAGAIN" })],
    ],
    done: [
      ARMED,
      "45 kill prover 102",
      `75 last gasp: panic: ${PROOFLESS} (fork: EAGAIN)`,
      "75 sysrq c",
      "80 sysrq b",
    ],
  },
  {
    name: "a prover that alone is stuck is killed once, and the next one proves",
    seconds: 300,
    happenings: [[20, loseProver]],
    done: [ARMED, "45 kill prover 102"],
    phases: ["0 guarding"],
  },
  {
    name: "with the shortest timeout it is killed so early that another one can prove",
    setting: { settings: { timeoutMs: 10_000 } },
    seconds: 100,
    happenings: [[20, loseProver]],
    done: ["0 arm auto 10 panic", "22.5 kill prover 102"],
  },
  {
    name: "proofs that come again in time end it",
    seconds: 200,
    happenings: [
      [20, freeze],
      [
        74,
        (world) => {
          world.prover = { pid: 102, startTime: 7 };
          world.agent = { pid: 101, startTime: 7 };
        },
      ],
    ],
    // The proof of second 75 is read before the tick.
    done: [ARMED],
  },
  {
    name: "a device with a short timeout is fed four times within it",
    setting: { device: { ...DEVICE, timeoutMs: 4000 } },
    seconds: 8,
    happenings: [],
    done: [ARMED],
    fed: [5, 6, 7, 8],
  },
  {
    name: "nothing is a stall before anybody ever proved",
    setting: { isSilent: true },
    seconds: 2400,
    happenings: [],
    done: ["60 arm auto 60 panic"],
    phases: ["0 waiting", "60 guarding", "600 uncovered"],
  },
];

const LIMITS: readonly Story[] = [
  {
    name: "beyond the limit a stall waits until half an hour after the boot",
    setting: { counted: 3 },
    seconds: HALF_HOUR + 10,
    happenings: [[20, freeze]],
    done: [
      ARMED,
      `${HALF_HOUR} last gasp: panic: ${PROOFLESS}`,
      `${HALF_HOUR} sysrq c`,
      `${HALF_HOUR + 5} sysrq b`,
    ],
    phases: ["0 guarding", "75 stalled"],
    notes: [
      /^75 warning: no proof that programs run for 1m: a stall, not acted upon for 28m35s/,
      /./,
      /./,
      /./,
    ],
  },
  {
    name: "one action beyond the limit it is an hour",
    setting: { counted: 4 },
    seconds: 2 * 1800,
    happenings: [[20, freeze]],
    done: [ARMED, `3590 last gasp: panic: ${PROOFLESS}`, "3590 sysrq c", "3595 sysrq b"],
  },
  {
    name: "without a record it is done at the slow rate, too",
    setting: { counted: null },
    seconds: HALF_HOUR,
    happenings: [[20, freeze]],
    done: [ARMED, `${HALF_HOUR} last gasp: panic: ${PROOFLESS}`, `${HALF_HOUR} sysrq c`],
  },
  {
    name: "a guard that was told of no record arms after a minute, and is slow",
    setting: { counted: "untold" },
    seconds: 1000,
    happenings: [
      [0, loseAgent],
      [80, freeze],
    ],
    done: ["60 arm auto 60 panic"],
    phases: ["0 waiting", "60 guarding", "135 stalled"],
  },
  {
    name: "an agent that cannot mark the boot holds it back for five minutes at most",
    setting: { counted: "untold" },
    seconds: 400,
    happenings: [],
    done: ["300 arm auto 60 panic"],
  },
  {
    name: "a device that the guard before left armed is fed at once",
    setting: { counted: "untold", isInherited: true },
    seconds: 20,
    happenings: [],
    done: [ARMED],
  },
  {
    name: "so is one of which nobody has said yet how it is wanted, and nothing more is done",
    setting: { settings: null, counted: "untold", isInherited: true },
    seconds: 250,
    happenings: [
      [20, freeze],
      [150, tell({ is: "settings", settings: SETTINGS })],
    ],
    done: ["0 arm auto 60 reset", "150 arm auto 60 panic"],
    phases: ["0 waiting", "150 guarding", "210 stalled"],
    fed: [240, 245, 250],
  },
  {
    name: "when the stall is over in time nothing is done, and the next one is told again",
    setting: { counted: 3 },
    seconds: 600,
    happenings: [
      [20, freeze],
      [
        200,
        (world) => {
          world.prover = { pid: 102, startTime: 7 };
          world.agent = { pid: 101, startTime: 7 };
        },
      ],
      [300, freeze],
    ],
    done: [ARMED],
    notes: [/^75 warning: no proof/, /^355 warning: no proof/],
  },
];

const WATCHES: readonly Story[] = [
  {
    name: "a silent agent is killed while proofs arrive",
    seconds: 300,
    happenings: [[21, loseAgent]],
    done: [ARMED, "40 kill agent 101"],
    phases: ["0 guarding"],
  },
  {
    name: "and nobody is killed when no other agent came",
    setting: { restartAfter: null },
    seconds: 600,
    happenings: [[21, loseAgent]],
    done: [ARMED, "40 kill agent 101"],
  },
  {
    name: "five kills within ten minutes: it is lost, and the device is fed on",
    setting: { settings: { agentTimeoutMs: 5000 } },
    seconds: 100,
    happenings: flicker(20, 100),
    done: [
      ARMED,
      "25 kill agent 101",
      "31 kill agent 103",
      "37 kill agent 104",
      "43 kill agent 105",
      "49 kill agent 106",
      "55 kill agent 107",
      "61 kill agent 108",
      "67 kill agent 109",
      "73 kill agent 110",
      "79 kill agent 111",
      "85 kill agent 112",
      "91 kill agent 113",
      "97 kill agent 114",
    ],
  },
  {
    name: "the reboot for a lost agent is asked of systemd at once",
    setting: { settings: { agentTimeoutMs: 5000, agentLost: "reboot" } },
    seconds: 200,
    happenings: flicker(20, 100),
    done: [
      ARMED,
      "25 kill agent 101",
      "31 kill agent 103",
      "37 kill agent 104",
      "43 kill agent 105",
      "49 kill agent 106",
      "49 last gasp: reboot was ordered: the agent is lost",
      "49 ask init: reboot",
      "169 sysrq s",
      "179 sysrq u",
      "184 sysrq b",
    ],
  },
  {
    name: "who leaves in order is not missed",
    seconds: 900,
    happenings: [
      [20, freeze],
      [20, leaving("agent", 101)],
      [20.5, leaving("prover", 102)],
    ],
    done: [ARMED],
    phases: ["0 guarding", "620.5 uncovered"],
  },
  {
    name: "an agent that leaves while proofs go on is not killed, the next one is",
    seconds: 300,
    happenings: [
      [20, leaving("agent", 101)],
      [20, loseAgent],
      [
        100,
        (world) => {
          world.agent = { pid: 150, startTime: 7 };
        },
      ],
      [121, loseAgent],
    ],
    done: [ARMED, "140 kill agent 150"],
  },
  {
    name: "each time that it is stuck the prover is killed",
    seconds: 300,
    happenings: [
      [20, loseProver],
      [120, loseProver],
    ],
    done: [ARMED, "45 kill prover 102", "145 kill prover 103"],
  },
  {
    name: "a last word of why from one that left is no silence",
    seconds: 300,
    happenings: [
      [20, leaving("prover", 102)],
      [20, loseProver],
      [21, tell({ is: "no-proof", by: { pid: 102, startTime: 7 }, why: "fork" })],
    ],
    done: [ARMED],
  },
  {
    name: "why there is no proof does not make it later",
    setting: { restartAfter: null },
    seconds: 100,
    happenings: [
      [20, freeze],
      [60, tell({ is: "no-proof", by: { pid: 300, startTime: 7 }, why: "fork" })],
    ],
    done: [ARMED, `75 last gasp: panic: ${PROOFLESS} (fork)`, "75 sysrq c", "80 sysrq b"],
  },
  {
    name: "the word of one that was replaced holds until the other is heard",
    seconds: 200,
    happenings: [
      [21, leaving("agent", 55)],
      [21, leaving("prover", 56)],
      [26, freeze],
    ],
    done: [ARMED, `85 last gasp: panic: ${PROOFLESS}`, "85 sysrq c", "90 sysrq b"],
  },
  {
    name: "what was on its way when they left changes nothing",
    seconds: 300,
    happenings: [
      [21, leaving("agent", 101)],
      [21, leaving("prover", 102)],
      [26, freeze],
    ],
    done: [ARMED],
  },
  {
    name: "a prover that came after one that left, and cannot prove, is a stall",
    seconds: 100,
    happenings: [
      [20, loseProver],
      [20, leaving("prover", 102)],
      [30, tell({ is: "no-proof", by: { pid: 200, startTime: 7 }, why: "fork" })],
      [40, freeze],
    ],
    done: [ARMED, `90 last gasp: panic: ${PROOFLESS} (fork)`, "90 sysrq c", "95 sysrq b"],
  },
];

const GAPS: readonly Story[] = [
  {
    name: "a guard that was stopped for long judges nobody for it",
    seconds: 200,
    happenings: [
      [20, stopGuard],
      [120, goOn],
    ],
    done: [ARMED],
  },
  {
    name: "a stall is judged when the pause is over, with what was left of its time",
    seconds: 300,
    happenings: [
      [20, freeze],
      [40, stopGuard],
      [140, goOn],
    ],
    // Silent since second 15, paused for 100.5 (the last tick was at 39.5).
    done: [ARMED, `175.5 last gasp: panic: ${PROOFLESS}`, "175.5 sysrq c", "180.5 sysrq b"],
  },
  {
    name: "right after a pause nothing is judged for ten seconds",
    seconds: 300,
    happenings: [
      [20, freeze],
      [74, stopGuard],
      [140, goOn],
    ],
    done: [ARMED, `150 last gasp: panic: ${PROOFLESS}`, "150 sysrq c", "155 sysrq b"],
  },
  {
    name: "an agent that is silent before a pause has its time after it",
    seconds: 300,
    happenings: [
      [21, loseAgent],
      [38, stopGuard],
      [
        90,
        (world) => {
          world.prover = { pid: 102, startTime: 7 };
          goOn(world);
        },
      ],
    ],
    // After the hole its silence counts from the first proof on.
    done: [ARMED, "110 kill agent 101"],
  },
  {
    name: "five seconds are no pause, and half a second more is one",
    seconds: 100,
    happenings: [
      [20, freeze],
      [30, stopGuard],
      [34.5, goOn],
      [50, stopGuard],
      [55, goOn],
    ],
    // Silent since 15; the second time it is 5.5 s since the last tick.
    done: [ARMED, `80.5 last gasp: panic: ${PROOFLESS}`, "80.5 sysrq c", "85.5 sysrq b"],
  },
  {
    name: "the minute without an agent moves with a pause",
    setting: { counted: "untold" },
    seconds: 200,
    happenings: [
      [0, loseAgent],
      [30, stopGuard],
      [50, goOn],
    ],
    done: ["80.5 arm auto 60 panic"],
  },
  {
    name: "pauses with proofs in between are no row",
    seconds: 400,
    happenings: [
      ...[30, 60, 90, 120, 150].flatMap((at): Happening[] => [
        [at, stopGuard],
        [at + 10, goOn],
      ]),
      [181, freeze],
      [200, stopGuard],
      [240, goOn],
    ],
    done: [ARMED, `280.5 last gasp: panic: ${PROOFLESS}`, "280.5 sysrq c", "285.5 sysrq b"],
  },
  {
    name: "three pauses without a proof are forgiven, and no more",
    seconds: 300,
    happenings: [
      [20, freeze],
      ...[30, 50, 70, 90, 110, 130].flatMap((at): Happening[] => [
        [at, stopGuard],
        [at + 19, goOn],
      ]),
    ],
    // Silent since 15; 3 x 19.5 forgiven.
    done: [ARMED, `149 last gasp: panic: ${PROOFLESS}`, "149 sysrq c", "154 sysrq b"],
  },
  {
    name: "the rungs of an order move with a pause",
    seconds: 300,
    happenings: [
      [20, tell(order("g1", "reboot", UPTIME + 140_000))],
      [30, stopGuard],
      [70, goOn],
    ],
    done: [
      ARMED,
      "20 last gasp: reboot was ordered: page failed",
      "120.5 ask init: reboot",
      "180.5 sysrq s",
      "190.5 sysrq u",
      "195.5 sysrq b",
    ],
  },
  {
    name: "so does the end of a shutdown",
    seconds: 900,
    happenings: [
      [20, shutdown(true)],
      [30, stopGuard],
      [70, goOn],
    ],
    done: [ARMED, "660.5 last gasp: reset: the shutdown did not end in 10m", "660.5 sysrq b"],
  },
];

testStories(STALLS);
testStories(LIMITS);
testStories(WATCHES);
testStories(GAPS);
