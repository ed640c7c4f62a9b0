import type { ACCESS_ROUTES } from "../api/contract-access.ts";
import { fail } from "../base/result.ts";
import { formatAddress } from "../base/ip-address.ts";
import type { Access, AccessParts } from "./access/access.ts";
import type { AccessHandlers } from "./access/access-handlers.ts";
import type { Identify, Refusal } from "./caller.ts";
import type { Asked } from "./control.ts";

export interface GateParts extends AccessParts {
  readonly onFault: (what: string, error: unknown) => void;
}

interface Opened {
  readonly access: Access;
  readonly handlers: AccessHandlers;
  readonly aboutOf: (asked: Asked) => Readonly<Record<string, string | number | boolean | null>>;
}

/** Outside tools report each minute; and a flood of refusals must not push out what matters. */
const NOT_AUDITED: ReadonlySet<string> = new Set([
  "message",
  "heartbeat",
  "webReport",
  "planConfig",
]);
const NOT_AUDITED_RESULTS: ReadonlySet<string> = new Set(["access/locked", "access/busy"]);

/**
 * The way to users, sessions, tokens and audit trail. Nothing of them is loaded before somebody
 * asks for them, so a server without a page does not pay for it.
 */
export class AccessGate {
  readonly #parts: GateParts;
  #opened: Promise<Opened> | null = null;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /** Says who asks on the socket of the web program. */
  readonly identify: Identify = async (request, name) => {
    try {
      const { access } = await this.#open();
      return await access.identify(request, name);
    } catch (error) {
      return fail(this.#broken(error));
    }
  };

  /** Never waits and never fails. */
  audit(asked: Asked): void {
    if (NOT_AUDITED.has(asked.route) || NOT_AUDITED_RESULTS.has(asked.result)) return;
    const wall = Math.round(this.#parts.clock.wall());
    void this.#open().then(
      ({ access, aboutOf }) => {
        const { caller, route, result } = asked;
        const { name, remote } = caller;
        const from = remote === undefined || remote.from === null ? null : remote.from;
        access.trail.add({
          wall,
          who: remote?.by === "none" ? null : name,
          by: remote === undefined ? "kernel" : remote.by,
          from: from === null ? "local" : formatAddress(from),
          what: route,
          about: aboutOf(asked),
          result,
        });
      },
      (error: unknown) => this.#parts.onFault("the audit trail", error),
    );
  }

  /** What each route of access does; loaded with the first that is called. */
  handlers(): AccessHandlers {
    const late = <Name extends keyof typeof ACCESS_ROUTES>(name: Name): AccessHandlers[Name] =>
      // Each handler is put under its own name.
      (async (request: never, caller: never) => {
        const { access, handlers } = await this.#open();
        await access.ready();
        const handler = handlers[name] as (request: never, caller: never) => Promise<unknown>;
        return await handler(request, caller);
      }) as AccessHandlers[Name];
    return {
      sessionBegin: late("sessionBegin"),
      sessionByCode: late("sessionByCode"),
      sessionEnd: late("sessionEnd"),
      whoAmI: late("whoAmI"),
      passwordChange: late("passwordChange"),
      users: late("users"),
      userAdd: late("userAdd"),
      userChange: late("userChange"),
      userRemove: late("userRemove"),
      tokens: late("tokens"),
      tokenAdd: late("tokenAdd"),
      tokenRemove: late("tokenRemove"),
      audit: late("audit"),
      webCode: late("webCode"),
      webSetup: late("webSetup"),
      webStatus: late("webStatus"),
      webSettings: late("webSettings"),
      webReport: late("webReport"),
    };
  }

  /** Writes down what is not written yet; bounded. */
  async leave(): Promise<void> {
    if (this.#opened === null) return;
    const { access } = await this.#opened;
    await access.leave();
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#load().catch((error: unknown) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  async #load(): Promise<Opened> {
    const [{ Access: Made }, { accessHandlers }, { aboutOf }] = await Promise.all([
      import("./access/access.ts"),
      import("./access/access-handlers.ts"),
      import("./access/about.ts"),
    ]);
    const { tell, clock } = this.#parts;
    const access = new Made(this.#parts);
    await access.ready();
    const handlers = accessHandlers({ access, wall: () => clock.wall(), tell });
    const isUser = (name: string): boolean => access.store.user(name) !== null;
    return { access, handlers, aboutOf: (asked) => aboutOf(asked, isUser) };
  }

  #broken(error: unknown): Refusal {
    this.#parts.onFault("who may do what", error);
    const message = "who may do what cannot be told now";
    return { status: 503, code: "access/not-available", message };
  }
}
