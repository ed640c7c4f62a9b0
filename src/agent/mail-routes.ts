import type { MAIL_ROUTES } from "../api/contract-mail.ts";
import { fail, succeed } from "../base/result.ts";
import type { Refusal } from "./caller.ts";
import type { Handlers } from "./control.ts";
import type { MailDuty } from "./mail-duty.ts";

/** Where nobody is named who gets mails. */
export const NO_MAIL: Refusal = {
  status: 409,
  code: "mail/not-configured",
  message: "no mail is configured",
  hint: "Add `mail: { to: admin@example.org }` to the configuration, and apply it.",
};

/** Routes of mail. */
export function mailHandlers(duty: MailDuty): Pick<Handlers, keyof typeof MAIL_ROUTES> {
  return {
    mailTest: async () => {
      const begun = await duty.test();
      if (begun !== null) return succeed(begun);
      return fail(NO_MAIL);
    },
    mailTestEnd: async ({ id, waitMs }) => {
      const outcome = await duty.testEnd(id, waitMs);
      if (outcome === null) return succeed({ outcome: null });
      const { tries, attempts, refused } = outcome;
      const asked = attempts.map(({ server, taken, faults }) => ({
        server,
        taken: [...taken],
        faults: [...faults],
      }));
      return succeed({ outcome: { id, tries, attempts: asked, refused: [...refused] } });
    },
  };
}
