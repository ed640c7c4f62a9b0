import assert from "node:assert/strict";
import type { GuardDevice, GuardSettings, Sender } from "../../src/base/guard-message.ts";
import type { GuardAct, GuardInput } from "../../src/core/guard-input.ts";
import { guardDecide } from "../../src/core/guard-policy.ts";
import { type GuardState, initialGuardState, isStarving } from "../../src/core/guard-state.ts";
import { guardReport } from "../../src/core/guard-summary.ts";
import { slowedUntil } from "../../src/core/reboot-limit.ts";
import { deepFreeze } from "../simulation/freeze.ts";
import { Prng } from "../simulation/prng.ts";
import { DEVICE, PROOFS, SETTINGS, type Told } from "./guard-play.ts";

const TICK = 500;
const GAP = 5000;
const GAPS_FORGIVEN = 3;
const KINDS = ["reboot", "poweroff", "reset", "panic"] as const;
/** A boot that lasts longer shows nothing new. */
const BOOT_MAX = 3 * 3600_000;

/** A server for one boot: prover, agent, kernel and device, and what happens to them by chance. */
export class GuardWorld {
  readonly random: Prng;
  readonly counted: number | null;
  readonly settings: GuardSettings;
  readonly device: GuardDevice | null;
  readonly trace: string[] = [];
  /** What ended the boot; null while it goes on. */
  end: string | null = null;
  now = 8000;
  state: GuardState;
  #prover: Sender | null = { pid: 101, startTime: 1 };
  #agent: Sender | null = { pid: 102, startTime: 1 };
  #pid = 200;
  #isSysrqDeaf: boolean;
  #fedAt: number | null = null;
  #timeoutMs = 0;
  #stoppedUntil = 0;
  #lastTick = 8000;
  /** Seen from outside: since when the guard was told no proof, and how it ran meanwhile. */
  #proofAt: number | null = null;
  #ranSilently = 0;
  #gaps = 0;
  #beatAt = 0;
  #isProverGone = false;
  /** The device was opened, or was tried: silence is judged from then on. */
  #triedAt: number | null = null;
  /** When the running order was taken, and what the guard did not run since. */
  #course: { readonly id: string; readonly at: number; lost: number } | null = null;
  readonly #taken = new Set<string>();
  #orders = 0;

  constructor(seed: number, counted: number | null) {
    this.random = new Prng(seed);
    const { random } = this;
    this.counted = counted;
    const timeoutMs = random.pick([15_000, 20_000, 60_000]);
    this.settings = {
      ...SETTINGS,
      timeoutMs,
      agentTimeoutMs: random.pick([6000, 20_000]),
      stallAction: random.pick(["panic", "reset"]),
      gracefulTimeoutMs: random.pick([8000, 30_000, 120_000]),
      shutdownTimeoutMs: random.pick([30_000, 600_000]),
      agentLost: random.pick(["alert", "reboot"]),
    };
    const isNowayout = random.isLucky(0.2);
    this.device = random.isLucky(0.8) ? { ...DEVICE, timeoutMs, isNowayout } : null;
    this.#isSysrqDeaf = random.isLucky(0.2);
    this.state = deepFreeze(initialGuardState(this.now, null, false));
    this.#tell({ is: "kept-settings", settings: this.settings });
    const isLost = counted === null;
    this.#tell({ is: "record", record: { counted: counted ?? 0, isLost, isCharged: !isLost } });
  }

  /** Until something ends the boot, or nothing more is to be seen. */
  run(): void {
    while (this.end === null && this.now < BOOT_MAX) this.#step();
  }

  /** Half a second. */
  #step(): void {
    this.now += TICK;
    if (this.random.isLucky(0.004)) this.#happen();
    const isRunning = this.now >= this.#stoppedUntil;
    // Of what is written while the guard is stopped, nothing is kept here.
    if (isRunning) this.#letTalk();
    if (this.#timeoutMs > 0 && this.#fedAt !== null && this.now - this.#fedAt > this.#timeoutMs) {
      const isMeant = isStarving(this.state.course) || this.state.isGone;
      const wasStopped = this.now - this.#lastTick > TICK;
      assert.ok(isMeant || wasStopped, "the device bit while the guard ran and did not mean it");
      this.end = "the device";
      return;
    }
    if (!isRunning || this.end !== null || this.state.isGone) return;
    this.#passRunning();
    this.#tell({ is: "tick" });
    this.#checkStanding();
  }

  #letTalk(): void {
    if (this.#prover && this.now % 5000 === 0) {
      this.#tell({ is: "proof", by: this.#prover, times: PROOFS });
      this.#proofAt = this.now;
      this.#ranSilently = 0;
      this.#gaps = 0;
      this.#isProverGone = false;
    }
    if (this.#agent && this.now % 2000 === 0) {
      this.#tell({ is: "beat", by: this.#agent });
      this.#beatAt = this.now;
    }
  }

  #passRunning(): void {
    const passed = this.now - this.#lastTick;
    this.#lastTick = this.now;
    if (passed > GAP) {
      this.#gaps += 1;
      if (this.#course !== null) this.#course.lost += passed;
    }
    if (passed <= GAP || this.#gaps > GAPS_FORGIVEN) this.#ranSilently += passed;
  }

  #happen(): void {
    const { random } = this;
    const happenings: readonly (() => void)[] = [
      () => this.#freeze(),
      () => this.#freeze(),
      () => this.#thaw(),
      () => (this.#prover = null),
      () => (this.#agent = null),
      () => (this.#stoppedUntil = this.now + random.between(1, 100) * 1000),
      () => this.#order(),
      () => this.#order(),
      () => this.#tell({ is: "groups-stopped", id: `g${random.between(0, this.#orders)}` }),
      () =>
        this.#tell({ is: "shutdown", isOn: random.isLucky(0.5), isRescue: random.isLucky(0.3) }),
      () => this.#tell({ is: "settings", settings: this.settings }),
      () => this.#tell({ is: "settings", settings: { ...this.settings, mode: "observe" } }),
      () => this.#leave(),
      () => {
        // What is told while the guard is stopped gets lost here.
        if (this.#prover === null || this.now < this.#stoppedUntil) return;
        this.#tell({ is: "leaving", who: "prover", by: this.#prover });
        this.#prover = null;
        this.#isProverGone = true;
      },
    ];
    random.pick(happenings)();
  }

  #freeze(): void {
    this.#prover = null;
    this.#agent = null;
  }

  #thaw(): void {
    this.#prover ??= this.#next();
    this.#agent ??= this.#next();
  }

  #next(): Sender {
    this.#pid += 1;
    return { pid: this.#pid, startTime: 1 };
  }

  #order(): void {
    const { random } = this;
    if (random.isLucky(0.7)) this.#orders += 1;
    const kind = random.pick(KINDS);
    const deadlineAt = this.now + random.between(-10, 200) * 1000;
    const order = { id: `g${this.#orders}`, kind, reason: "chance", deadlineAt };
    this.#tell({ is: "order", order });
  }

  #leave(): void {
    if (this.random.isLucky(0.7)) return;
    this.#tell({ is: "leave", isShutdown: this.random.isLucky(0.5) });
  }

  #tell(told: Told): void {
    const isStopped = this.now < this.#stoppedUntil;
    if (isStopped || this.end !== null) return;
    this.#submit({ ...told, at: this.now });
  }

  #submit(input: GuardInput): void {
    const before = this.state;
    const { state, acts } = guardDecide(before, input);
    this.state = deepFreeze(state);
    if (before.isGone) assert.equal(acts.length, 0, "who is gone does nothing");
    this.#checkCourse(before);
    for (const act of acts) this.#perform(act, before);
  }

  #perform(act: GuardAct, before: GuardState): void {
    if (act.type !== "feed") this.trace.push(`${this.now} ${JSON.stringify(act)}`);
    const isWanted = this.state.settings?.mode === "enforce";
    switch (act.type) {
      case "feed":
        assert.ok(!isStarving(before.course), "fed in the last rung");
        this.#fedAt = this.now;
        return;
      case "arm":
        assert.ok(isWanted, "armed in observe mode");
        this.#triedAt ??= this.now;
        this.#fedAt = this.device === null ? null : this.now;
        this.#timeoutMs = this.device === null ? 0 : act.timeoutMs;
        this.#submit({ is: "device", at: this.now, device: this.device, fault: "chance" });
        return;
      case "setTimeout":
        this.#timeoutMs = this.device === null ? 0 : act.timeoutMs;
        this.#fedAt = this.now;
        return;
      case "disarm":
        assert.ok(!isStarving(before.course), "disarmed in the last rung");
        assert.ok(this.device?.isNowayout !== true, "it cannot be disarmed");
        this.#fedAt = null;
        return;
      case "kill":
        this.#checkKill(act);
        return;
      case "sysrq":
        this.#checkSysrq();
        if (this.#isSysrqDeaf || act.key === "s" || act.key === "u") return;
        this.end = `sysrq ${act.key}`;
        return;
      case "exit":
        assert.ok(this.state.isGone);
        this.end = this.#fedAt === null || this.random.isLucky(0.5) ? "left" : null;
        return;
      case "askInit":
      case "lastGasp":
      case "note":
        return;
    }
  }

  /** No order is taken twice, and none goes away but by a shutdown or observe mode. */
  #checkCourse(before: GuardState): void {
    const { course } = this.state;
    const id = course?.id ?? null;
    if (id === this.#course?.id || (id === null && this.#course === null)) return;
    if (id === null) {
      const rung = before.course?.rung;
      assert.ok(course !== null || rung === "groups", `${this.#course?.id} went away in ${rung}`);
      this.#course = null;
      return;
    }
    assert.ok(!this.#taken.has(id), `${id} was taken twice`);
    this.#taken.add(id);
    this.#course = { id, at: this.now, lost: 0 };
  }

  #checkKill({ who, process }: Extract<GuardAct, { type: "kill" }>): void {
    if (who === "agent") {
      assert.ok(this.now - this.#beatAt >= this.settings.agentTimeoutMs, "a loud agent was killed");
      assert.ok(this.#ranSilently < 10_000, "the agent was killed without proofs");
      if (this.#agent?.pid === process.pid) this.#agent = null;
      if (this.random.isLucky(0.7)) this.#agent = this.#next();
    } else {
      assert.ok(this.#ranSilently >= 7500, "a prover that proves was killed");
      if (this.random.isLucky(0.7)) this.#prover = this.#next();
    }
  }

  /** What the guard does on its own is done after a whole timeout, and not before it may. */
  #checkSysrq(): void {
    const { course, ending } = this.state;
    if (course === null || course.id !== null || ending !== null) return;
    const { timeoutMs, rebootLimit } = this.settings;
    assert.ok(this.#proofAt !== null, "a stall before the first proof");
    assert.ok(!this.#isProverGone, "a stall though the prover left in order");
    assert.ok(this.now - this.#proofAt >= timeoutMs, "a stall before the timeout");
    assert.ok(this.#ranSilently >= timeoutMs, "a stall for a pause of the guard");
    const excess = this.counted === null ? 0 : this.counted - rebootLimit;
    if (excess >= 0) assert.ok(this.now >= slowedUntil(excess), "a stall beyond the limit");
  }

  /** True after every tick. */
  #checkStanding(): void {
    const { state, settings } = this;
    const { course, device } = state;
    if (course !== null && this.#course !== null && !isStarving(course)) {
      const bound = settings.gracefulTimeoutMs + 30_000 + this.#course.lost;
      assert.ok(this.now - this.#course.at <= bound, `${course.id} takes longer than its bound`);
    }
    if (device.is === "open" && !isStarving(course)) {
      const age = this.now - (state.fedAt ?? 0);
      assert.ok(age <= Math.max(5500, settings.timeoutMs / 4 + TICK), "it is fed too late");
    }
    const report = guardReport(state, { pid: 1, startTime: 1, dropped: 0, hardeningFault: null });
    assert.ok(JSON.stringify(report).length < 3000, "the report would not fit");
    this.#checkAct();
  }

  /** Silence is answered at its time: the guard does not doze. */
  #checkAct(): void {
    const { state, settings } = this;
    const isQuiet = this.#proofAt !== null && !this.#isProverGone && this.#triedAt !== null;
    const isJudged = state.settings?.mode === "enforce" && state.ending === null && !state.isGone;
    if (!isQuiet || !isJudged || state.course !== null || this.#gaps > 0) return;
    const excess = this.counted === null ? 0 : this.counted - settings.rebootLimit;
    if (excess >= 0 && this.now < slowedUntil(excess)) return;
    // A shutdown or observe mode that ended meanwhile begins it anew, at most once more.
    const silent = this.now - Math.max(state.prover.dueSince ?? this.now, this.#triedAt ?? 0);
    assert.ok(silent <= settings.timeoutMs, "a stall is not acted upon");
  }
}
