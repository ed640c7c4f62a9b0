import { MONITOR_TYPES } from "../../src/monitors/registry.generated.ts";

/** One monitor of each kind beside the demonstration, as lines below `monitors:`. */
export function oneOfEachKind(port: number, folder: string): readonly string[] {
  const bodies: Readonly<Record<string, string>> = {
    disk: `path: ${folder}, size: 1M`,
    dns: "name: localhost, server: 127.0.0.1",
    http: `url: "http://127.0.0.1:${port}/health"`,
    link: "interfaces: [lo]",
    message: "max-age: 1h",
    multi: "monitors: [web-http, web-port]",
    ping: "addresses: [127.0.0.1]",
    process: "resource: demo/web",
    resources: "memory: 95%, disk: { mounts: [/] }",
    script: "command: [/bin/true]",
    service: "unit: cron.service",
    tcp: `port: ${port}`,
    tls: `host: 127.0.0.1, port: ${port}`,
  };
  return [...MONITOR_TYPES.keys()].map((type) => {
    const body = bodies[type];
    if (body === undefined) throw new Error(`the benchmark has no monitor of type ${type} yet`);
    return `  each-${type}: { type: ${type}, ${body}, interval: 10s, recovery: { target: none } }`;
  });
}
