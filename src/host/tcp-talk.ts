import { connect, isIPv4 } from "node:net";
import { fail, type Result, succeed } from "../base/result.ts";
import type { Soon } from "../base/soon.ts";
import type { Asker, TcpTalk } from "../ports/host.ts";
import { faultOf } from "./http-talk.ts";
import { OnceATurn } from "./once-a-turn.ts";
import { acceptsAtOnce } from "./poll-calls.ts";

/**
 * Connects, sends, and reads until the answer matches, is `maxBytes` long, the other end closes, or
 * its asker ends it: then what was read by then is the answer. Nothing to expect: connected is enough.
 */
export function talkTcp(talk: TcpTalk, asker: Asker): Soon<Result<string>> {
  const isKnock = talk.expect === null && talk.send === null;
  if (isKnock && isLoopback(talk.host) && accepts(talk.host, talk.port)) return ACCEPTED;
  return converse(talk, asker.signal);
}

const ACCEPTED = succeed("");
const knocks = new OnceATurn<boolean>();

function accepts(host: string, port: number): boolean {
  return knocks.answer(`${host} ${port}`, () => acceptsAtOnce(host, port));
}

function converse(talk: TcpTalk, signal: AbortSignal): Promise<Result<string>> {
  const { promise, resolve } = Promise.withResolvers<Result<string>>();
  const place = `${talk.host}:${talk.port}`;
  let answer = "";
  let isConnected = false;
  const finish = (): void => {
    if (isConnected) resolve(succeed(answer));
    else resolve(fail({ code: "aborted", message: `${place} did not accept in time` }));
    socket.destroy();
  };
  const socket = connect({ host: talk.host, port: talk.port });
  socket.setEncoding("utf8");
  socket.on("connect", () => {
    isConnected = true;
    if (talk.send !== null) socket.write(talk.send);
    if (talk.expect === null) finish();
  });
  socket.on("data", (chunk: string) => {
    answer = (answer + chunk).slice(0, talk.maxBytes);
    if (talk.expect === null || talk.expect.test(answer) || answer.length >= talk.maxBytes)
      finish();
  });
  socket.on("end", finish);
  socket.on("error", (error) => resolve(fail(faultOf(error, place))));
  signal.addEventListener("abort", finish, { once: true });
  if (signal.aborted) finish();
  return promise.finally(() => signal.removeEventListener("abort", finish));
}

function isLoopback(host: string): boolean {
  return host === "::1" || (isIPv4(host) && host.startsWith("127."));
}
