import { formatDuration } from "../base/duration.ts";
import type { MailServer } from "../base/mail.ts";
import type { SendFault } from "../base/post.ts";
import { oneLine } from "./one-line.ts";

/** What the mail library says of a failure; each of its fields may be missing. */
export interface TalkError {
  readonly message: string;
  /** `EAUTH`, `ESOCKET`, … */
  readonly code?: unknown;
  /** `ECONNREFUSED`, `CERT_HAS_EXPIRED`, … */
  readonly originalCode?: unknown;
  /** The command that was answered: `RCPT TO`. */
  readonly command?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
  readonly recipient?: unknown;
}

type Words = Pick<SendFault, "step" | "why" | "hint">;

const CERTIFICATE = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|CRL_|HOSTNAME_)/;

/** What a failure means, and what a person can do about it. */
export function explainFault(
  error: TalkError,
  server: MailServer,
  isConnected: boolean,
): SendFault {
  const { step, why, hint } = wordsOf(error, server, isConnected);
  const { recipient, responseCode } = error;
  const isAnswer = step === "recipient" || step === "message";
  return {
    step,
    to: typeof recipient === "string" ? recipient : null,
    isFinal: isAnswer && typeof responseCode === "number" && responseCode >= 500,
    why: oneLine(why),
    hint,
  };
}

function wordsOf(error: TalkError, server: MailServer, isConnected: boolean): Words {
  const detail = typeof error.originalCode === "string" ? error.originalCode : "";
  if (error.code === "EAUTH") return loginWords(error);
  if (error.command === "RCPT TO") return recipientWords(error);
  if (error.command === "MAIL FROM") return fromWords(error);
  if (error.command === "DATA") return messageWords(error);
  if (isConnected) return brokenWords(error, server);
  if (CERTIFICATE.test(detail)) return certificateWords(error, detail);
  const isTls = error.code === "ETLS" || error.command === "STARTTLS" || /SSL|TLS/.test(detail);
  if (isTls || /STARTTLS/.test(error.message)) return tlsWords(error, server);
  return connectWords(error, server, detail);
}

function answerOf({ response, message }: TalkError): string {
  return typeof response === "string" ? response : message;
}

function loginWords(error: TalkError): Words {
  const hint =
    "Check `user` and what is in the password's file; many providers want a password of its own for programs.";
  return { step: "login", why: `it does not accept user and password: ${answerOf(error)}`, hint };
}

function recipientWords(error: TalkError): Words {
  const hint =
    "Check the address in `to`; if it is right, this server may need `user` and `password`.";
  return { step: "recipient", why: `it refuses the recipient: ${answerOf(error)}`, hint };
}

function fromWords(error: TalkError): Words {
  const hint = "Set `from` to an address that this server lets this account send from.";
  return { step: "from", why: `it refuses the sender: ${answerOf(error)}`, hint };
}

function messageWords(error: TalkError): Words {
  const why = `it did not take the message: ${answerOf(error)}`;
  return { step: "message", why, hint: null };
}

function brokenWords(error: TalkError, { timeoutMs }: MailServer): Words {
  const isLate = error.code === "ETIMEDOUT";
  const why = isLate
    ? `it did not answer within ${formatDuration(timeoutMs)}; whether it took the message is not known`
    : `the connection broke in the middle: ${answerOf(error)}`;
  return { step: "message", why, hint: null };
}

function certificateWords({ message }: TalkError, detail: string): Words {
  const hint = /EXPIRED/.test(detail)
    ? "It has to be renewed on the mail server; if it is valid, the clock of this server is wrong."
    : /ALTNAME/.test(detail)
      ? "Write as `host` the name that stands in the certificate."
      : "Name the authority that signed it with `ca`.";
  return { step: "tls", why: `its certificate is not trusted: ${message}`, hint };
}

function tlsWords(error: TalkError, { security }: MailServer): Words {
  const hint =
    security === "tls"
      ? "Write `security: starttls`, or the port on which it speaks TLS from the start (465)."
      : "Write `security: tls` if it speaks TLS from the start (port 465), or `none` if the network between is trusted.";
  const what = security === "tls" ? "it does not speak TLS there" : "it does not offer STARTTLS";
  return { step: "tls", why: `${what}: ${answerOf(error)}`, hint };
}

function connectWords(error: TalkError, { timeoutMs }: MailServer, detail: string): Words {
  const step = "connect";
  if (detail === "ECONNREFUSED") {
    const hint = "Check `host` and `port`, and whether the mail server runs.";
    return { step, why: "nobody listens there (connection refused)", hint };
  }
  if (error.code === "ETIMEDOUT") {
    const hint = "Check `host` and `port`, and the firewalls between.";
    return { step, why: `no answer within ${formatDuration(timeoutMs)}`, hint };
  }
  return { step, why: answerOf(error), hint: "Check `host`, `port` and `security`." };
}
