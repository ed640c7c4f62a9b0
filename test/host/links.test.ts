import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { type LineProgram, NetworkLab, NO_NETWORKS } from "./network-lab.ts";

const PROGRAM = join(import.meta.dirname, "../programs/watch-links.ts");

interface Line {
  readonly source: string | null;
  readonly asked: boolean;
  readonly count: number;
  readonly outcome: string;
  readonly reason: string;
}

const lab = new NetworkLab();
after(() => lab.close());
const options = { skip: NO_NETWORKS };
let spaces = 0;

/** A pair of interfaces with both ends up, the first of them watched. */
async function pair(
  near: string,
  params: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly space: string; readonly program: LineProgram }> {
  spaces += 1;
  const space = lab.space(`link${spaces}`);
  lab.ip(space, `link add ${near} type veth peer name far`);
  lab.ip(space, `link set ${near} up`);
  lab.ip(space, "link set far up");
  return { space, program: await watch(space, { interfaces: [near], ...params }) };
}

async function watch(
  space: string,
  params: Readonly<Record<string, unknown>>,
): Promise<LineProgram> {
  const program = lab.start(space, PROGRAM, JSON.stringify(params));
  await program.find<Line>(({ asked }) => asked);
  return program;
}

/** What is told after a change, without being asked. */
async function told(program: LineProgram, change: () => void, want: string): Promise<Line> {
  const before = program.lines.length;
  change();
  return await program.find<Line>(
    ({ outcome, reason, source }) => source !== null && `${outcome}: ${reason}` === want,
    before,
  );
}

test("the other end goes down and comes back", options, async () => {
  const { space, program } = await pair("near");
  assert.deepEqual((await program.ask<Line>("probe")).reason, "`near` has a link");
  await told(
    program,
    () => lab.ip(space, "link set far down"),
    "failed: `near` has no carrier: the interface at its other end is down",
  );
  await told(program, () => lab.ip(space, "link set far up"), "ok: `near` has a link");
});

test("one loss of carrier is told once", options, async () => {
  const { space, program } = await pair("near");
  const { count } = await program.ask<Line>("probe");
  await told(
    program,
    () => lab.ip(space, "link set far down"),
    "failed: `near` has no carrier: the interface at its other end is down",
  );
  // What changes nothing of the link is reported by the kernel, too, and comes after all of it.
  lab.ip(space, "link set near mtu 1400");
  lab.ip(space, "link set near alias quiet");
  lab.ip(space, "link set far up");
  const last = await program.find<Line>(
    ({ outcome, source }) => source !== null && outcome === "ok",
    2,
  );
  assert.ok(last.count - count <= 3, `${last.count - count} pieces of news for two changes`);
});

test("switched off by the administrator", options, async () => {
  const { space, program } = await pair("near");
  await told(
    program,
    () => lab.ip(space, "link set near down"),
    "failed: `near` is administratively down",
  );
});

test("deleted, and made again under its name", options, async () => {
  const { space, program } = await pair("near");
  await told(program, () => lab.ip(space, "link del near"), "failed: `near` is gone");
  await told(
    program,
    () => {
      lab.ip(space, "link add near type veth peer name far");
      lab.ip(space, "link set far up");
      lab.ip(space, "link set near up");
    },
    "ok: `near` has a link",
  );
});

test("an interface that is not there yet", options, async () => {
  const space = lab.space("late");
  const program = await watch(space, { interfaces: ["late0"] });
  assert.equal((await program.ask<Line>("probe")).reason, "there is no interface `late0`");
  await told(
    program,
    () => {
      lab.ip(space, "link add late0 type veth peer name far");
      lab.ip(space, "link set far up");
      lab.ip(space, "link set late0 up");
    },
    "ok: `late0` has a link",
  );
});

test("renamed while it is watched: followed, and told", options, async () => {
  const { space, program } = await pair("near");
  // A name of fifteen characters is the longest.
  const before = program.lines.length;
  lab.ip(space, "link set near name abcdefghijklmno");
  const renamed = await program.find<Line>(({ outcome }) => outcome === "warning", before);
  assert.match(renamed.reason, /^`near` was renamed to `abcdefghijklmno` and has a link/);
  await told(
    program,
    () => lab.ip(space, "link set far down"),
    "failed: `near`, now named `abcdefghijklmno`, has no carrier: the interface at its other end is down",
  );
  await told(
    program,
    () => lab.batch(space, ["link set far up", "link set abcdefghijklmno name near"]),
    "ok: `near` has a link",
  );
});

test("another takes the name of one that was renamed", options, async () => {
  const { space, program } = await pair("near");
  lab.ip(space, "link set near name old");
  await program.find<Line>(({ outcome }) => outcome === "warning");
  await told(
    program,
    () => lab.ip(space, "link add near type veth peer name far2"),
    "failed: `near` is administratively down",
  );
});

test("the interface below goes down", options, async () => {
  const { space } = await pair("near");
  lab.ip(space, "link add link near name upper type macvlan");
  lab.ip(space, "link set upper up");
  const program = await watch(space, { interfaces: ["upper"] });
  await told(
    program,
    () => lab.ip(space, "link set near down"),
    "failed: `upper` is down because `near` below it is down",
  );
  await told(program, () => lab.ip(space, "link set near up"), "ok: `upper` has a link");
  await told(
    program,
    () => lab.ip(space, "link set far down"),
    "failed: `upper` is down because `near` below it is down",
  );
});

test("a bridge without a port has no carrier", options, async () => {
  const { space } = await pair("near");
  lab.batch(space, ["link add br0 type bridge", "link set br0 up", "link set near master br0"]);
  const program = await watch(space, { interfaces: ["br0", "near"] });
  // The bridge then tells of its port under its own family; the port is not gone.
  await told(
    program,
    () => lab.ip(space, "link set near nomaster"),
    "failed: `br0` has no carrier",
  );
});

test("slower than it must be", options, async () => {
  const { program } = await pair("near", { "min-speed": "25G" });
  const line = await program.ask<Line>("probe");
  assert.equal(
    `${line.outcome}: ${line.reason}`,
    "failed: `near` runs at 10Gbit/s, at least 25Gbit/s is expected",
  );
});

const many = Array.from({ length: 100 }, (_, at) => `link-number-${at}`);

test("two hundred interfaces, and all of them change at once", options, async () => {
  const space = lab.space("many");
  lab.batch(
    space,
    many.flatMap((name, at) => [
      `link add ${name} type veth peer name f${at}`,
      `link set ${name} up`,
      `link set f${at} up`,
    ]),
  );
  const program = await watch(space, { interfaces: many });
  assert.equal((await program.ask<Line>("probe")).outcome, "ok");
  lab.batch(
    space,
    many.map((_, at) => `link set f${at} down`),
  );
  await program.find<Line>(({ reason }) => reason.endsWith(" and 96 more"), 2);
  lab.batch(
    space,
    many.map((_, at) => `link set f${at} up`),
  );
  await program.find<Line>(({ outcome, source }) => source !== null && outcome === "ok", 2);
});

test("a flood of changes ends with the truth", options, async () => {
  const { space, program } = await pair("near");
  const flaps = Array.from({ length: 300 }, () => ["link set far down", "link set far up"]).flat();
  lab.batch(space, [...flaps, "link set near down"]);
  await program.find<Line>(({ reason }) => reason === "`near` is administratively down", 1);
  assert.equal((await program.ask<Line>("probe")).reason, "`near` is administratively down");
});

test("messages that were lost make it look at everything", options, async () => {
  const { space, program } = await pair("near");
  // Stopped, it cannot read while the kernel has more to say than the socket holds.
  program.pause();
  const flaps = Array.from({ length: 900 }, () => ["link set far down", "link set far up"]).flat();
  lab.batch(space, flaps);
  lab.ip(space, "link set near down");
  assert.ok(lab.lostMessages(space) > 0, "the socket held everything");
  program.resume();
  await program.find<Line>(({ reason }) => reason === "`near` is administratively down", 1);
});
