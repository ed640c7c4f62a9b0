/** Every place the product uses, as one value: installed, in a checkout, or in a test. */
export interface Paths {
  /** The configuration file. */
  readonly config: string;
  readonly scripts: string;
  /** Survives a reboot: state, history, record, last good configuration. */
  readonly state: string;
  /** Gone after a reboot: sockets, operations of scripts. */
  readonly run: string;
  readonly logs: string;
  /** Control socket of the agent. */
  readonly control: string;
  /** Socket of the spawner. */
  readonly spawner: string;
}

export const INSTALLED: Paths = {
  config: "/etc/solosafe/solosafe.yaml",
  scripts: "/etc/solosafe/scripts",
  state: "/var/lib/solosafe",
  run: "/run/solosafe",
  logs: "/var/log/solosafe",
  control: "/run/solosafe/control.sock",
  spawner: "/run/solosafe/spawner.sock",
};

/** Socket of the agent for the web program, in the run folder. */
export const WEB_SOCKET = "web.sock";

/** Where what a resource's programs print is written. */
export function outputLog(logs: string, resource: string): string {
  return `${logs}/${resource.replaceAll("/", ".")}.log`;
}

/** Everything below one folder: a checkout's `.solosafe`, or a test's temporary folder. */
export function pathsBelow(folder: string, config: string): Paths {
  const run = `${folder}/run`;
  return {
    config,
    scripts: `${folder}/scripts`,
    state: `${folder}/state`,
    run,
    logs: `${folder}/logs`,
    control: `${run}/control.sock`,
    spawner: `${run}/spawner.sock`,
  };
}
