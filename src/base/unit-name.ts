/** Types of units that can be watched, with the interface that holds what is special about them. */
const TYPES: Readonly<Record<string, string>> = {
  service: "Service",
  socket: "Socket",
  mount: "Mount",
  automount: "Automount",
  swap: "Swap",
  target: "Target",
  timer: "Timer",
  path: "Path",
};

// systemd.unit(5): letters, digits, ":-_.\" and one "@"; at most 255 characters with the suffix.
const NAME = /^[A-Za-z0-9:_.\\-]+(?:@[A-Za-z0-9:_.\\@-]+)?$/;
const LENGTH_MOST = 255;

/** `nginx` is `nginx.service`; null when systemd has no unit that is called so. */
export function completeUnitName(text: string): string | null {
  const name = typeOf(text) === null ? `${text}.service` : text;
  if (name.length > LENGTH_MOST) return null;
  return NAME.test(name.slice(0, name.lastIndexOf("."))) ? name : null;
}

/** `Service` of `nginx.service`: last part of the D-Bus interface of its type; null for no unit. */
export function typeOf(name: string): string | null {
  return TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? null;
}
