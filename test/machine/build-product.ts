import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT, runProgram } from "../../scripts/program.ts";
import { Machine } from "./machine.ts";
import type { Image } from "./image/build-image.ts";
import { hashOf, removeOld } from "./image/cache.ts";

/** All that decides what is installed and how. */
const MADE_OF = [
  "src",
  "ui",
  "config",
  "package-lock.json",
  "scripts/build.ts",
  "scripts/page",
  "scripts/install-local.sh",
  "scripts/installed-command.sh",
  "test/machine/build-product.ts",
];
const BUILD_MS = 600_000;
const INSTALL_QUIET_MS = 60_000;

/**
 * The guest with the product's build installed in it, by the product's own installer: a disk over
 * the image's, from the cache when neither has changed.
 */
export async function buildProduct(
  image: Omit<Image, "parcel">,
  cache: string,
  say: (line: string) => void,
): Promise<Image> {
  const made = hashOf(
    image.root,
    MADE_OF.map((name) => join(ROOT, name)),
  );
  const folder = join(cache, `product-${made}`);
  if (!existsSync(folder)) {
    say("building the product and installing it in the guest (about 40 s on a quiet machine)");
    removeOld(cache, ["product-"]);
    const work = mkdtempSync(join(cache, "building-"));
    try {
      await build(work, image);
      renameSync(join(work, "product"), folder);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return { ...image, root: join(folder, "root.qcow2"), parcel: join(folder, "parcel.tar") };
}

async function build(work: string, image: Omit<Image, "parcel">): Promise<void> {
  const product = join(work, "product");
  mkdirSync(product);
  const parcel = join(product, "parcel.tar");
  await packParcel(join(work, "parcel"), parcel);
  const machine = await Machine.boot({ ...image, parcel }, join(work, "machine"));
  try {
    await unpackParcel(machine);
    const installed = await machine.run(["sh", "-ec", INSTALL], INSTALL_QUIET_MS);
    if (installed.code !== 0) throw new Error(`the installer: ${installed.out}${installed.err}`);
    await machine.shell("sync");
    machine.agent.trigger(["systemctl", "poweroff"]);
    await machine.waitForEnd();
    renameSync(join(machine.folder, "root.qcow2"), join(product, "root.qcow2"));
  } finally {
    await machine.discard();
  }
}

/** Puts into the guest what the product is installed from: `/srv/checkout`. */
export async function unpackParcel(machine: Machine): Promise<void> {
  await machine.shell("mkdir -p /srv/checkout && tar -C /srv/checkout -xf /dev/vdc");
  await machine.shell("mkdir -p /srv/checkout/node_modules/.bin");
  await machine.shell("ln -sf /usr/local/bin/node /srv/checkout/node_modules/.bin/node");
}

/** The build and what installs it, as a tar file of whole sectors. */
async function packParcel(folder: string, to: string): Promise<void> {
  await must("npm", "run", "--silent", "build");
  for (const name of ["dist", "config", "scripts"]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  await must("tar", "--owner=0", "--group=0", "-C", folder, "-cf", to, ".");
}

const INSTALL = `
cd /srv/checkout
sh scripts/install-local.sh --no-start
cd /
rm -r /srv/checkout
test -e /usr/lib/solosafe/current/guard.js || systemctl mask solosafe-guard.service
`;

async function must(...command: [string, ...string[]]): Promise<void> {
  const { code, output } = await runProgram(command, BUILD_MS);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}: ${output}`);
}
