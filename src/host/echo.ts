import type { EchoAnswer, EchoRequest, PingHost } from "../ports/ping.ts";
import { EchoSockets } from "./echo-sockets.ts";
import { OwnEchoes } from "./own-echoes.ts";
import { pingByProgram, type RunProgram } from "./ping-program.ts";

const NO_SOCKET =
  "the agent may not open ICMP sockets here: run it as root, or set net.ipv4.ping_group_range";

/** Pings by socket where one may be had, else by the ping program. */
export function createEcho(run: RunProgram): PingHost {
  const own = new OwnEchoes();
  const sockets = new EchoSockets();
  const ask = async (request: EchoRequest, signal: AbortSignal): Promise<EchoAnswer> => {
    const answer = request.method === "program" ? null : await sockets.echo(request, signal);
    if (answer !== null) return answer;
    if (request.method === "socket") return { kind: "noMeans", hint: NO_SOCKET };
    return await pingByProgram(run, request, signal);
  };
  return {
    echo: (request, asker) => {
      const answer = request.method === "program" ? null : own.echo(request);
      return answer ?? ask(request, asker.signal);
    },
  };
}
