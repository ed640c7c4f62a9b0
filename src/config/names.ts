/** Names of groups, resources and monitors; free text goes into `title:`. */
export const NAME_PATTERN = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Words that mean something else wherever a group may be named. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(["all", "all-groups", "server", "none"]);

/** The word for every monitor, where one may be named. */
export const RESERVED_MONITOR_NAMES: ReadonlySet<string> = new Set(["all"]);

/** Final actions through the management controller; they come with its adapter. */
export const LATER_ACTIONS: ReadonlySet<string> = new Set([
  "bmc-reset",
  "bmc-poweroff",
  "bmc-powercycle",
  "bmc-nmi",
]);

/** Resource types of the product that this version cannot run. */
export const LATER_RESOURCE_TYPES: ReadonlySet<string> = new Set(["vm", "container"]);

/** Monitor types of the product that this version cannot probe. */
export const LATER_MONITOR_TYPES: ReadonlySet<string> = new Set([
  "ftp",
  "smtp",
  "pop3",
  "imap",
  "smb",
  "nfs",
  "ssh",
  "ldap",
  "ntp",
  "postgresql",
  "mysql",
  "oracle",
  "sqlserver",
  "db2",
  "odbc",
  "redis",
  "mongodb",
  "memcached",
  "jvm",
  "process-resources",
  "kernel-log",
  "log",
  "raid",
  "lvm",
  "smart",
  "temperature",
  "vm",
  "container",
]);

/** Top-level keys of the product that this version reads over, with a warning. */
export const LATER_KEYS: ReadonlySet<string> = new Set(["metrics", "support", "nic-pairs"]);

/** What a name that is not one might have been meant to be; null when nothing is left of it. */
export function proposeName(text: string): string | null {
  const proposal = text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 63);
  return NAME_PATTERN.test(proposal) ? proposal : null;
}

/** Keys of every monitor that this version reads over, with a warning. */
export const LATER_MONITOR_KEYS: ReadonlySet<string> = new Set(["nice"]);
