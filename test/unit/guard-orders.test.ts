/** What the guard does when this boot is to end, second by second. */
import { DEVICE, order } from "./guard-play.ts";
import {
  ARMED,
  freeze,
  HALF_HOUR,
  leave,
  loseAgent,
  PROOFLESS,
  settings,
  shutdown,
  tell,
  UPTIME,
  testStories,
  type Happening,
  type Story,
} from "./guard-story.ts";

const GRACEFUL = ["80 ask init: reboot", "140 sysrq s", "150 sysrq u", "155 sysrq b"];

const ORDERS: readonly Story[] = [
  {
    name: "a reboot: groups and systemd get one half each, then the kernel",
    seconds: 300,
    happenings: [
      [20, tell(order("g1", "reboot", UPTIME + 140_000))],
      [21, freeze],
    ],
    done: [ARMED, "20 last gasp: reboot was ordered: page failed", ...GRACEFUL],
    phases: ["0 guarding", "20 ordered"],
  },
  {
    name: "groups that have stopped leave the rest to systemd; said once or twice",
    seconds: 300,
    happenings: [
      [20, tell(order("g1", "poweroff", UPTIME + 140_000))],
      [30, tell({ is: "groups-stopped", id: "g0" })],
      [40, tell({ is: "groups-stopped", id: "g1" })],
      [50, tell({ is: "groups-stopped", id: "g1" })],
    ],
    done: [
      ARMED,
      "20 last gasp: poweroff was ordered: page failed",
      "40 ask init: poweroff",
      "140 sysrq s",
      "150 sysrq u",
      "155 sysrq o",
    ],
  },
  {
    name: "an order is performed once, however often it is told",
    seconds: 300,
    happenings: [20, 25, 90, 145, 156, 200].map(
      (at): Happening => [at, tell(order("g1", "reboot", UPTIME + 140_000))],
    ),
    done: [ARMED, "20 last gasp: reboot was ordered: page failed", ...GRACEFUL],
  },
  {
    name: "one that was dropped is not taken again, another one is",
    seconds: 100,
    happenings: [
      [20, tell(order("g1", "reboot", UPTIME + 140_000))],
      [30, shutdown(true)],
      [35, shutdown(false)],
      [40, tell(order("g1", "reboot", UPTIME + 160_000))],
      [50, tell(order("g2", "reset", UPTIME + 52_000))],
    ],
    done: [
      ARMED,
      "20 last gasp: reboot was ordered: page failed",
      "50 last gasp: reset was ordered: page failed",
      "52 sysrq b",
    ],
    phases: ["0 guarding", "20 ordered", "30 shutdown", "35 guarding", "50 ordered"],
  },
  {
    name: "the stronger takes the place of the weaker, and is not later",
    seconds: 300,
    happenings: [
      [20, tell(order("g1", "reboot", UPTIME + 140_000))],
      [30, tell(order("g2", "poweroff", UPTIME + 150_000))],
      [90, tell(order("g3", "reboot", UPTIME + 200_000))],
      [142, tell(order("g4", "reset", UPTIME + 144_000))],
      [143, tell(order("g5", "panic", UPTIME + 145_000))],
    ],
    done: [
      ARMED,
      "20 last gasp: reboot was ordered: page failed",
      "30 last gasp: poweroff was ordered: page failed",
      "85 ask init: poweroff",
      "140 sysrq s",
      "142 last gasp: reset was ordered: page failed",
      "142 sysrq b",
    ],
  },
  {
    name: "a poweroff after systemd was asked for a reboot asks once more",
    seconds: 160,
    happenings: [
      [20, tell(order("g1", "reboot", UPTIME + 140_000))],
      [100, tell(order("g2", "poweroff", UPTIME + 220_000))],
    ],
    done: [
      ARMED,
      "20 last gasp: reboot was ordered: page failed",
      "80 ask init: reboot",
      "100 last gasp: poweroff was ordered: page failed",
      "100 ask init: poweroff",
      "140 sysrq s",
      "150 sysrq u",
      "155 sysrq o",
    ],
  },
  {
    name: "no order delays the last rung of another",
    seconds: 200,
    happenings: [
      [20, tell(order("g1", "reboot", UPTIME + 140_000))],
      [155.5, tell(order("g2", "panic"))],
    ],
    done: [ARMED, "20 last gasp: reboot was ordered: page failed", ...GRACEFUL],
  },
  {
    name: "an order that comes late still gives systemd ten seconds",
    seconds: 100,
    happenings: [[20, tell(order("g1", "reboot", 5000))]],
    done: [
      ARMED,
      "20 last gasp: reboot was ordered: page failed",
      "25 ask init: reboot",
      "30 sysrq s",
      "40 sysrq u",
      "45 sysrq b",
    ],
  },
  {
    name: "no order takes longer than what is configured",
    setting: { settings: { gracefulTimeoutMs: 8000 } },
    seconds: 100,
    happenings: [
      [20, tell(order("g1", "reboot", UPTIME + 900_000))],
      [29, tell(order("g2", "panic", UPTIME + 900_000))],
    ],
    done: [
      ARMED,
      "20 last gasp: reboot was ordered: page failed",
      "24 ask init: reboot",
      "28 sysrq s",
      "29 last gasp: panic was ordered: page failed",
      "29 sysrq c",
      "34 sysrq b",
    ],
  },
  {
    name: "a reset waits two seconds at most, however late it may be",
    seconds: 40,
    happenings: [[20, tell(order("g1", "reset", UPTIME + 900_000))]],
    done: [ARMED, "20 last gasp: reset was ordered: page failed", "22 sysrq b"],
  },
  {
    name: "an order that comes before the device was armed has one, too",
    setting: { counted: "untold" },
    seconds: 140,
    happenings: [
      [20, tell(order("g1", "reboot", UPTIME + 140_000))],
      [21, tell({ is: "record", record: { counted: 0, isLost: false, isCharged: true } })],
    ],
    done: [
      "20 last gasp: reboot was ordered: page failed",
      "21 arm auto 60 panic",
      ...GRACEFUL.slice(0, 2),
    ],
  },
  {
    name: "beyond the limit and without a record no order is taken",
    setting: { counted: 3 },
    seconds: 200,
    happenings: [
      [20, tell(order("g1", "reset"))],
      [30, tell({ is: "record", record: { counted: 0, isLost: true, isCharged: false } })],
      [40, tell(order("g1", "reset"))],
      [50, tell({ is: "record", record: { counted: 2, isLost: false, isCharged: true } })],
      [60, tell(order("g1", "reset", UPTIME + 61_000))],
    ],
    done: [ARMED, "60 last gasp: reset was ordered: page failed", "61 sysrq b"],
    notes: [/limit is reached/, /record of boots is lost/, /g1/, /sysrq b/],
  },
  {
    name: "but for one at the slow rate",
    setting: { counted: null },
    seconds: HALF_HOUR + 10,
    happenings: [[HALF_HOUR, tell(order("g1", "reset"))]],
    done: [ARMED, `${HALF_HOUR} last gasp: reset was ordered: page failed`, `${HALF_HOUR} sysrq b`],
  },
  {
    name: "a test of the watchdog feeds it no more, and does nothing else",
    seconds: 300,
    happenings: [
      [20, tell({ is: "test", id: "t1" })],
      [30, tell(order("g1", "reboot"))],
      [40, shutdown(true)],
    ],
    done: [ARMED],
    phases: ["0 guarding", "20 ordered"],
  },
];

const SHUTDOWNS: readonly Story[] = [
  {
    name: "a shutdown is fed without proofs, up to its limit",
    seconds: 700,
    happenings: [
      [20, shutdown(true)],
      [20, freeze],
    ],
    done: [ARMED, "620 last gasp: reset: the shutdown did not end in 10m", "620 sysrq b"],
    phases: ["0 guarding", "20 shutdown"],
  },
  {
    name: "told again by a new agent it began when it began",
    seconds: 700,
    happenings: [
      [20, shutdown(true)],
      [300, shutdown(true)],
    ],
    done: [ARMED, "620 last gasp: reset: the shutdown did not end in 10m", "620 sysrq b"],
  },
  {
    name: "in rescue mode a person may take all the time there is",
    seconds: 3000,
    happenings: [
      [20, shutdown(true, true)],
      [20, freeze],
      [2990, leave(false)],
    ],
    done: [ARMED, "2990 disarm", "2990 exit"],
  },
  {
    name: "a poweroff out of rescue mode has its limit from then on",
    seconds: 800,
    happenings: [
      [20, shutdown(true, true)],
      [100, shutdown(true)],
      [100, freeze],
    ],
    done: [ARMED, "700 last gasp: reset: the shutdown did not end in 10m", "700 sysrq b"],
  },
  {
    name: "after a shutdown that was given up silence counts from then on",
    seconds: 400,
    happenings: [
      [20, shutdown(true)],
      [20, freeze],
      [300, shutdown(false)],
    ],
    done: [ARMED, `360 last gasp: panic: ${PROOFLESS}`, "360 sysrq c", "365 sysrq b"],
  },
  {
    name: "the last act is to hand the device to the end of the shutdown",
    seconds: 100,
    happenings: [
      [20, shutdown(true)],
      [90, leave(true)],
    ],
    done: [ARMED, "90 set 530", "90 exit"],
    fed: [80, 85, 90],
  },
  {
    name: "also when nobody told of the shutdown before",
    seconds: 100,
    happenings: [[90, leave(true)]],
    done: [ARMED, "90 set 600", "90 exit"],
  },
  {
    name: "an order that systemd carries out leaves what is left of its own time",
    seconds: 100,
    happenings: [
      [20, tell(order("g1", "reboot", UPTIME + 140_000))],
      [30, tell({ is: "groups-stopped", id: "g1" })],
      [40, leave(true)],
    ],
    done: [
      ARMED,
      "20 last gasp: reboot was ordered: page failed",
      "30 ask init: reboot",
      "40 set 100",
      "40 exit",
    ],
  },
  {
    name: "a stop that is no shutdown closes the device",
    seconds: 100,
    happenings: [[50, leave(false)]],
    done: [ARMED, "50 disarm", "50 exit"],
  },
  {
    name: "also one in the middle of a stall that waits for its time",
    setting: { counted: 3 },
    seconds: 200,
    happenings: [
      [20, freeze],
      [150, leave(false)],
    ],
    done: [ARMED, "150 disarm", "150 exit"],
  },
  {
    name: "a device that cannot be closed gets all the time there is",
    setting: { device: { ...DEVICE, isNowayout: true } },
    seconds: 100,
    happenings: [[50, leave(false)]],
    done: [ARMED, "50 set 600", "50 exit"],
    fed: [40, 45, 50],
    notes: [/^50 warning: the watchdog cannot be stopped/],
  },
  {
    name: "nobody leaves when the kernel is at work",
    seconds: 200,
    happenings: [
      [20, freeze],
      [77, leave(false)],
      [78, leave(true)],
    ],
    done: [ARMED, `75 last gasp: panic: ${PROOFLESS}`, "75 sysrq c", "80 sysrq b"],
  },
  {
    name: "no order is taken in a shutdown, and one that still waits for the groups gives way to it",
    seconds: 300,
    happenings: [
      [20, tell(order("g1", "reboot", UPTIME + 140_000))],
      [30, shutdown(true)],
      [40, tell(order("g2", "reset"))],
    ],
    done: [ARMED, "20 last gasp: reboot was ordered: page failed"],
    phases: ["0 guarding", "20 ordered", "30 shutdown"],
  },
  {
    name: "a reset does not give way to it",
    seconds: 100,
    happenings: [
      [20, tell(order("g1", "reset", UPTIME + 22_000))],
      [20.5, shutdown(true)],
    ],
    done: [ARMED, "20 last gasp: reset was ordered: page failed", "22 sysrq b"],
  },
];

const MODES: readonly Story[] = [
  {
    name: "in observe mode nothing is armed and nothing is done",
    setting: { settings: { mode: "observe" } },
    seconds: 700,
    happenings: [
      [20, freeze],
      [30, tell(order("g1", "reset"))],
      [40, tell({ is: "test", id: "t1" })],
      [50, shutdown(true)],
    ],
    done: [],
    phases: ["0 idle"],
  },
  ...(["off", "observe"] as const).map(
    (held): Story => ({
      name: `solosafe=${held} on the kernel's command line holds whatever the agent says`,
      setting: { held },
      seconds: 200,
      happenings: [
        [20, settings({ mode: "enforce" })],
        [20, freeze],
        [30, tell(order("g1", "reset"))],
        [100, leave(false)],
      ],
      done: ["100 exit"],
      phases: ["0 idle"],
    }),
  ),
  {
    name: "in a container init is asked, and nothing else",
    setting: { held: "container" },
    seconds: 300,
    happenings: [
      [20, freeze],
      [30, tell(order("g1", "panic"))],
      [31, tell(order("g2", "poweroff", UPTIME + 151_000))],
    ],
    done: ["31 last gasp: poweroff was ordered: page failed", "91 ask init: poweroff"],
    phases: ["0 idle", "31 ordered", "151 idle"],
  },
  {
    name: "without settings nobody knows what is wanted",
    setting: { settings: null },
    seconds: 400,
    happenings: [
      [20, freeze],
      [30, tell(order("g1", "reset"))],
    ],
    done: [],
    phases: ["0 waiting"],
  },
  {
    name: "settings that change are followed",
    seconds: 100,
    happenings: [
      [20, settings({ mode: "observe" })],
      [40, settings({ timeoutMs: 30_000 })],
      [50, settings({ timeoutMs: 40_000, stallAction: "reset" })],
      [52, settings({ timeoutMs: 50_000, stallAction: "reset" })],
      [54, settings({ timeoutMs: 50_000, stallAction: "panic" })],
      [56, settings({ timeoutMs: 50_000, stallAction: "panic" })],
      [60, settings({ device: "/dev/watchdog1" })],
      [70, settings({ device: "/dev/watchdog1" })],
    ],
    done: [
      ARMED,
      "20 disarm",
      "40 arm auto 30 panic",
      "50 arm auto 40 reset",
      "52 arm auto 50 reset",
      "54 arm auto 50 panic",
      "60 disarm",
      "60.5 arm /dev/watchdog1 60 panic",
    ],
  },
  {
    name: "who was silent while nothing was guarded is judged from then on",
    seconds: 150,
    happenings: [
      [20, settings({ mode: "observe" })],
      [21, loseAgent],
      [100, settings({})],
    ],
    done: [ARMED, "20 disarm", "100 arm auto 60 panic", "120 kill agent 101"],
  },
  {
    name: "observe mode ends an order that nobody but the agent has begun",
    seconds: 200,
    happenings: [
      [20, tell(order("g1", "reboot", UPTIME + 140_000))],
      [30, settings({ mode: "observe" })],
    ],
    done: [ARMED, "20 last gasp: reboot was ordered: page failed", "30 disarm"],
  },
  {
    name: "but not one that systemd was asked for",
    seconds: 200,
    happenings: [
      [20, tell(order("g1", "reboot", UPTIME + 140_000))],
      [30, tell({ is: "groups-stopped", id: "g1" })],
      [40, settings({ mode: "observe" })],
    ],
    done: [
      ARMED,
      "20 last gasp: reboot was ordered: page failed",
      "30 ask init: reboot",
      "140 sysrq s",
      "150 sysrq u",
      "155 sysrq b",
    ],
  },
  {
    name: "a device that cannot be closed is fed on in observe mode",
    setting: { device: { ...DEVICE, isNowayout: true } },
    seconds: 100,
    happenings: [
      [20, settings({ mode: "observe" })],
      [30, freeze],
      [40, tell({ is: "test", id: "t1" })],
    ],
    done: [ARMED],
    phases: ["0 guarding", "20 idle"],
  },
];

testStories(ORDERS);
testStories(SHUTDOWNS);
testStories(MODES);
