/** What a case says beyond what all of them have. */
interface Wishes {
  /** Inside of `app`. */
  readonly app?: string;
  /** Inside of `watchdog`; default: as everywhere, but an emulated agent has its turn seldom. */
  readonly watchdog?: string;
  /** Inside of `reboots`, where a boot of a minute counts as any other. */
  readonly reboots?: string;
  /** More resources of the group `shop`, a line each. */
  readonly resources?: readonly string[];
  /** Lines of `monitors`. */
  readonly monitors?: readonly string[];
  /** Further sections, as they are written. */
  readonly more?: string;
}

/** An application that only sleeps, guarded on a server that may be rebooted at once. */
export function shopConfig(wishes: Wishes = {}): string {
  const { watchdog = "timeout: 60s, agent-timeout: 40s", reboots = "graceful-timeout: 20s" } =
    wishes;
  const { app, resources = [], monitors = [] } = wishes;
  const own = ['exec: [sleep, "100000"]', "stop-timeout: 5s", ...(app === undefined ? [] : [app])];
  return [
    "version: 1",
    `watchdog: { ${watchdog} }`,
    `reboots: { least-uptime: 0s, escalate-after: 0s, ${reboots} }`,
    "groups:",
    "  shop:",
    "    resources:",
    ...[`app: { ${own.join(", ")} }`, ...resources].map((line) => `      ${line}`),
    ...(monitors.length > 0 ? ["monitors:"] : []),
    ...monitors.map((line) => `  ${line}`),
    wishes.more ?? "",
  ].join("\n");
}

/** The web server of the guest, beside the application. */
export const WEB = "web: { service: nginx }";

/** Its page, looked at so often. */
export function page(interval: string): string {
  return `page: { http: "http://127.0.0.1/", target: shop/web, interval: ${interval}, timeout: 30s }`;
}

/** The second disk. */
export const DATA = "data: { disk: /data, interval: 10s, timeout: 60s }";
