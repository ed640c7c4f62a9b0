import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { runProgram } from "../../../scripts/program.ts";
import { hashOf, removeOld } from "./cache.ts";
import { GUEST_FILES, prepareGuest } from "./guest-tree.ts";
import { unpackKernel } from "./kernel.ts";
import { type PackageSources, readPackageSources } from "./package-sources.ts";

/** What a machine is started from. All paths are absolute; the disks are never written to. */
export interface Image {
  readonly root: string;
  readonly data: string;
  readonly kernel: string;
  readonly initrd: string;
  /** What is brought in on the third disk. */
  readonly parcel: string;
}

/** The cloud flavour of the kernel has no i6300esb; the apt of the guest is never online. */
const PACKAGES = (
  "linux-image-amd64 systemd systemd-sysv dbus udev kmod procps psmisc iproute2 iputils-ping " +
  "util-linux e2fsprogs dmsetup libstdc++6 curl nginx-light cron qemu-guest-agent opensmtpd"
).split(" ");
/** Kept as files in the guest, to be installed again without a network. */
const KEPT_PACKAGES = ["cron"];
const EXCLUDED = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*"];
/** The kernel's package would pack an initrd that nobody starts: half a minute of gzip. */
const NO_INITRAMFS =
  'chroot "$1" dpkg-divert --quiet --local --rename --add /usr/sbin/update-initramfs && ' +
  'ln -s /bin/true "$1/usr/sbin/update-initramfs"';
const MODULES = ["virtio_pci", "virtio_blk", "crc32c_generic", "ext4"];
const ROOT_SIZE = "3G";
const DATA_SIZE = "64M";
/** 90 s on a quiet machine, five minutes on a busy one; the packages may have to be fetched, too. */
const BUILD_MS = 900_000;
const STEP_MS = 300_000;

/** The guest's disks and kernel, from the cache when nothing they are made of has changed. */
export async function buildImage(
  cache: string,
  say: (line: string) => void,
): Promise<Omit<Image, "parcel">> {
  const sources = await readPackageSources();
  const made = hashOf(JSON.stringify(sources), [import.meta.dirname, GUEST_FILES]);
  const folder = join(cache, `image-${made}`);
  if (!existsSync(folder)) {
    say("building the Debian 12 guest (about 90 s on a quiet machine)");
    mkdirSync(cache, { recursive: true });
    removeOld(cache, ["image-", "product-"]);
    const work = mkdtempSync(join(cache, "building-"));
    try {
      await build(work, sources);
      renameSync(join(work, "image"), folder);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return {
    root: join(folder, "root.qcow2"),
    data: join(folder, "data.qcow2"),
    kernel: join(folder, "vmlinux"),
    initrd: join(folder, "initrd.img"),
  };
}

async function build(work: string, sources: PackageSources): Promise<void> {
  const tree = join(work, "tree");
  const image = join(work, "image");
  mkdirSync(image);
  await bootstrap(work, tree, sources);
  const version = readdirSync(join(tree, "lib/modules")).sort().at(-1);
  if (version === undefined) throw new Error("the guest has no kernel");
  await unpackKernel(join(tree, `boot/vmlinuz-${version}`), join(image, "vmlinux"));
  await makeInitrd(join(work, "initrd"), tree, version, join(image, "initrd.img"));
  await prepareGuest(tree);
  await makeDisk(work, join(image, "root.qcow2"), ROOT_SIZE, tree);
  await makeDisk(work, join(image, "data.qcow2"), DATA_SIZE, null);
}

async function bootstrap(work: string, tree: string, sources: PackageSources): Promise<void> {
  const list = join(work, "sources.list");
  const settings = join(work, "apt.conf");
  writeFileSync(list, sources.list);
  writeFileSync(settings, [...sources.options, 'Acquire::Languages "none";', ""].join("\n"));
  const keep = `mkdir -p "$1/srv/packages" && cd "$1/srv/packages" && APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get -q download ${KEPT_PACKAGES.join(" ")}`;
  await must(
    BUILD_MS,
    "mmdebstrap",
    "--mode=root",
    "--variant=minbase",
    `--include=${PACKAGES.join(",")}`,
    `--aptopt=${settings}`,
    '--aptopt=APT::Install-Recommends "false"',
    ...EXCLUDED.map((path) => `--dpkgopt=path-exclude=${path}`),
    // Nothing of it need survive a power cut.
    "--dpkgopt=force-unsafe-io",
    `--essential-hook=${NO_INITRAMFS}`,
    `--customize-hook=${keep}`,
    "bookworm",
    tree,
    list,
  );
}

/** busybox and the few modules that lead to an ext4 root on virtio-blk. */
async function makeInitrd(folder: string, tree: string, kernel: string, to: string): Promise<void> {
  for (const name of ["bin", "proc", "sys", "dev", "new", "modules"]) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  copyFileSync("/bin/busybox", join(folder, "bin/busybox"));
  symlinkSync("busybox", join(folder, "bin/sh"));
  const asked = ["-S", kernel, "-D", "-a", ...MODULES];
  const order = await must(STEP_MS, "chroot", tree, "modprobe", ...asked);
  const files = [...order.matchAll(/^insmod (\S+)/gm)].map(([, file = ""]) => file);
  [...new Set(files)].forEach((file, index) => {
    const name = `${String(index).padStart(2, "0")}.ko`;
    copyFileSync(join(tree, file), join(folder, "modules", name));
  });
  copyFileSync(join(import.meta.dirname, "initrd-init.sh"), join(folder, "init"));
  chmodSync(join(folder, "init"), 0o755);
  await must(STEP_MS, "sh", "-c", `cd "$0" && find . | cpio --quiet -o -H newc >"$1"`, folder, to);
}

/** A qcow2 file with an ext4 file system that holds a tree, or nothing. */
async function makeDisk(
  work: string,
  to: string,
  size: string,
  tree: string | null,
): Promise<void> {
  const raw = join(work, "disk.raw");
  // Without checksums of metadata and with its tables written there is less to do at the first boot.
  const lazy = ["-E", "lazy_itable_init=0,lazy_journal_init=0", "-O", "^metadata_csum"];
  const from = tree === null ? [raw, size] : ["-d", tree, raw, size];
  await must(STEP_MS, "mke2fs", "-q", "-t", "ext4", ...lazy, ...from);
  await must(STEP_MS, "qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, to);
  rmSync(raw);
}

async function must(limitMs: number, ...command: [string, ...string[]]): Promise<string> {
  const { code, output } = await runProgram(command, limitMs);
  if (code !== 0) throw new Error(`${command[0]} ended with ${code}: ${output.slice(-4_000)}`);
  return output;
}
