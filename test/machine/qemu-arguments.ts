import { readFileSync } from "node:fs";

/** Where one machine's files are; all relative to its folder, in which QEMU runs. */
export interface MachineFiles {
  /** The overlay of its root disk (qcow2). */
  readonly root: string;
  /** Its second disk (qcow2). */
  readonly data: string;
  /** What is brought in: a tar file, seen as the third disk; read-only. */
  readonly parcel: string;
  /** 64 KiB that outlive the kernel: ACPI ERST. */
  readonly erst: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly serial: string;
}

/** The names of its sockets, short enough for `sun_path`. */
export interface MachineSockets {
  readonly agent: string;
  readonly commands: string;
  readonly events: string;
}

export interface MachineWishes {
  readonly files: MachineFiles;
  readonly sockets: MachineSockets;
  /** A port of this machine's loopback that leads to port 80 of the guest. */
  readonly webPort: number;
  /** Added to the kernel's command line. */
  readonly append: readonly string[];
  /** It waits for a word before its processors run. */
  readonly isPaused: boolean;
}

/**
 * panic=5: reset five seconds after a panic. The TSC is named because the kernel would else fall
 * back to acpi_pm, a device access at each look at the clock. The rest is less work at boot.
 */
const KERNEL_COMMAND_LINE = [
  "console=ttyS0 loglevel=5 panic=5 net.ifnames=0 mitigations=off nokaslr no_timer_check",
  "tsc=reliable clocksource=tsc audit=0 apparmor=0 selinux=0 cryptomgr.notests random.trust_cpu=on",
  "systemd.show_status=no printk.always_kmsg_dump=1",
].join(" ");

/**
 * The guest's TSC is this machine's. Measured by the guest while this machine is busy, its speed came
 * out four times too low, and all its clocks ran fast (seen here).
 */
function tscSpeed(): string {
  const [, mhz] = /^cpu MHz\s*: ([\d.]+)$/m.exec(readFileSync("/proc/cpuinfo", "utf8")) ?? [];
  return mhz === undefined ? "" : `tsc_early_khz=${Math.round(Number(mhz) * 1000)}`;
}

/**
 * What a disk keeps, behind three layers with names: its bottom, a switch that can be opened again over
 * something faulty, and a throttle (limits nothing until it is told). The throttle is on top because
 * only the node that a device uses lets go of what waits in it when the machine is reset; further
 * down QEMU itself waits for ever (seen with 7.2).
 */
function layers(name: string, bottom: string): readonly string[] {
  const slow = `driver=throttle,node-name=${name},throttle-group=${name}-limit,file=${name}-switch`;
  const limit = { "qom-type": "throttle-group", id: `${name}-limit`, limits: {} };
  return [
    ["-object", JSON.stringify(limit)],
    ["-blockdev", `node-name=${name}-file,${bottom}`],
    ["-blockdev", `driver=raw,node-name=${name}-switch,file=${name}-file`],
    ["-blockdev", slow],
  ].flat();
}

/** A disk that the guest has from the start. Errors are the guest's, not QEMU's. */
function disk(name: string, file: string): readonly string[] {
  const format =
    "driver=qcow2,discard=unmap,cache.no-flush=on," +
    `file.driver=file,file.filename=${file},file.cache.no-flush=on`;
  const device = `virtio-blk-pci,drive=${name},serial=${name},werror=report,rerror=report`;
  return [...layers(name, format), "-device", device];
}

/** A SCSI controller, and of zeros what `plugScsiDisk` makes a disk of. */
const SCSI = [
  ...layers("scsi", "driver=null-co,size=67108864,read-zeroes=on"),
  "-device",
  "virtio-scsi-pci,id=scsi-bus",
];

/**
 * A machine in software emulation, named explicitly: where /dev/kvm opens it may still be of no use
 * for a stock kernel. Nothing of the guest reaches a network (`restrict=on`).
 */
export function qemuArguments(wishes: MachineWishes): string[] {
  const { files, sockets, webPort, append } = wishes;
  return [
    wishes.isPaused ? ["-S"] : [],
    ["-nodefaults", "-no-user-config", "-display", "none", "-no-hpet"],
    ["-machine", "q35,usb=off,vmport=off,sata=off", "-cpu", "max", "-smp", "2", "-m", "640"],
    ["-accel", "tcg,thread=multi,tb-size=256"],
    ["-kernel", files.kernel, "-initrd", files.initrd],
    ["-append", [KERNEL_COMMAND_LINE, tscSpeed(), ...append].join(" ")],
    disk("root", files.root),
    disk("data", files.data),
    SCSI,
    ["-blockdev", `driver=file,node-name=parcel,filename=${files.parcel},read-only=on`],
    ["-device", "virtio-blk-pci,drive=parcel,serial=parcel"],
    ["-netdev", `user,id=n0,restrict=on,hostfwd=tcp:127.0.0.1:${webPort}-:80`],
    ["-device", "virtio-net-pci,id=nic0,netdev=n0,mac=52:54:00:00:00:01,romfile="],
    ["-netdev", "user,id=n1,restrict=on,net=10.0.3.0/24"],
    ["-device", "virtio-net-pci,id=nic1,netdev=n1,mac=52:54:00:00:00:02,romfile="],
    ["-device", "i6300esb,id=watchdog", "-device", "pvpanic-pci"],
    ["-object", `memory-backend-file,id=erst,mem-path=${files.erst},size=64K,share=on`],
    ["-device", "acpi-erst,memdev=erst"],
    // Without panic=none QEMU ends at the panic, before the kernel has written its record.
    ["-action", "watchdog=reset", "-action", "panic=none", "-action", "reboot=reset"],
    ["-device", "virtio-rng-pci", "-device", "virtio-serial-pci"],
    ["-chardev", `socket,id=qga,path=${sockets.agent},server=on,wait=off`],
    ["-device", "virtserialport,chardev=qga,name=org.qemu.guest_agent.0"],
    ["-chardev", `file,id=serial,path=${files.serial},append=on`, "-serial", "chardev:serial"],
    // A monitor takes one client: one for commands, one that only hears events.
    ["-qmp", `unix:${sockets.commands},server=on,wait=off`],
    ["-qmp", `unix:${sockets.events},server=on,wait=off`],
  ].flat();
}
