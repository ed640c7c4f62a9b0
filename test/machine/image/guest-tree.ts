import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { runProgram } from "../../../scripts/program.ts";

/** Laid over the guest as they are. */
export const GUEST_FILES: string = join(import.meta.dirname, "../guest");
const MACHINE_ID = "5010".padStart(32, "0");
const ENABLED = ["systemd-networkd", "nginx", "cron", "qemu-guest-agent"];
/** Started by the cases that read mail. */
const DISABLED = ["opensmtpd"];
/** Nothing the product needs; each costs time at each boot. */
const MASKED = (
  "getty@tty1 serial-getty@ttyS0 console-getty systemd-timesyncd systemd-logind e2scrub_reap " +
  "apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer " +
  "systemd-networkd-wait-online systemd-hwdb-update systemd-network-generator rc-local " +
  "modprobe@drm modprobe@configfs modprobe@fuse modprobe@loop modprobe@efi_pstore " +
  "dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount " +
  "sys-fs-fuse-connections.mount systemd-rfkill.socket"
).split(" ");
const NODE = "usr/local/bin/node";
const SYSTEMCTL_MS = 60_000;

/** Lays our files over a fresh Debian tree and spares it the work of a first boot. */
export async function prepareGuest(tree: string): Promise<void> {
  cpSync(GUEST_FILES, tree, { recursive: true });
  copyFileSync(process.execPath, join(tree, NODE));
  // A set machine-id and fresh stamps keep systemd from taking the boot for the first one.
  writeFileSync(join(tree, "etc/machine-id"), `${MACHINE_ID}\n`);
  for (const stamp of ["etc/.updated", "var/.updated"]) writeFileSync(join(tree, stamp), "");
  writeFileSync(join(tree, "etc/hostname"), "lab\n");
  writeFileSync(join(tree, "etc/hosts"), "127.0.0.1 localhost lab\n");
  writeFileSync(join(tree, "etc/fstab"), "/dev/vdb /data ext4 defaults,nofail 0 0\n");
  for (const folder of ["var/log/journal", "data"])
    mkdirSync(join(tree, folder), { recursive: true });
  await systemctl(tree, "enable", ...ENABLED);
  await systemctl(tree, "disable", ...DISABLED);
  await systemctl(tree, "mask", ...MASKED);
  await systemctl(tree, "set-default", "multi-user.target");
  for (const folder of ["boot", "var/cache/apt", "var/lib/apt/lists"]) empty(join(tree, folder));
  for (const name of ["vmlinuz", "initrd.img", "vmlinuz.old", "initrd.img.old"]) {
    rmSync(join(tree, name), { force: true });
  }
}

function empty(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
}

async function systemctl(tree: string, ...words: readonly string[]): Promise<void> {
  // The guest's own: this machine may have none.
  const { code, output } = await runProgram(
    ["chroot", tree, "env", "SYSTEMD_OFFLINE=1", "systemctl", ...words],
    SYSTEMCTL_MS,
  );
  if (code !== 0) throw new Error(`systemctl ${words[0]}: ${output}`);
}
