import type { FastifyReply } from "fastify";
import type { Fault } from "../base/result.ts";

/** Answers with the contract's form of a refusal. */
export function replyFault(
  reply: FastifyReply,
  status: number,
  { code, message, hint }: Fault,
): FastifyReply {
  const error = { code, message, ...(hint === undefined ? {} : { hint }) };
  return reply.code(status).send({ error });
}
