// What we use of the package `net-snmp`, which has no types of its own.
declare module "net-snmp" {
  interface Varbind {
    readonly oid: string;
    readonly type: number;
    readonly value: number | string | boolean | Buffer;
  }
  interface User {
    readonly name: string;
    readonly level: number;
    readonly authProtocol?: number | undefined;
    readonly authKey?: string;
    readonly privProtocol?: number | undefined;
    readonly privKey?: string;
  }
  interface Options {
    readonly version?: number;
    readonly transport?: "udp4" | "udp6";
    readonly trapPort?: number;
    readonly retries?: number;
    readonly timeout?: number;
    readonly engineID?: string;
  }
  /** One message on its way. */
  interface Outgoing {
    readonly message: {
      readonly msgSecurityParameters?: {
        msgAuthoritativeEngineBoots: number;
        msgAuthoritativeEngineTime: number;
      };
    };
  }
  interface Session {
    trap(
      oid: string,
      varbinds: readonly Varbind[],
      options: { readonly upTime: number },
      done: (error: Error | null) => void,
    ): void;
    inform(
      oid: string,
      varbinds: readonly Varbind[],
      options: { readonly upTime: number },
      done: (error: Error | null) => void,
    ): void;
    send(outgoing: Outgoing, isLast?: boolean): Session;
    on(event: "error", listener: (error: Error) => void): void;
    close(): void;
  }
  const snmp: {
    readonly Version2c: number;
    readonly Version3: number;
    readonly ObjectType: Readonly<Record<"Integer" | "OctetString" | "Gauge", number>>;
    readonly SecurityLevel: Readonly<Record<"noAuthNoPriv" | "authNoPriv" | "authPriv", number>>;
    readonly AuthProtocols: Readonly<Record<string, number>>;
    readonly PrivProtocols: Readonly<Record<string, number>>;
    createSession(host: string, community: string, options: Options): Session;
    createV3Session(host: string, user: User, options: Options): Session;
  };
  export default snmp;
}
