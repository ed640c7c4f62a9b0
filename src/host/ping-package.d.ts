// The two halves of the package `ping` that we use, without the third, which would start the program
// in our own process. It has types for its entry only.
declare module "ping/lib/builder/linux.js" {
  import type { PingConfig } from "ping";
  const builder: { getCommandArguments(target: string, config: PingConfig): string[] };
  export = builder;
}
declare module "ping/lib/parser/factory.js" {
  import type { PingConfig } from "ping";
  interface Parser {
    eat(line: string): void;
    getResult(): { readonly alive: boolean; readonly time: number | "unknown" };
  }
  const factory: { createParser(address: string, platform: string, config: PingConfig): Parser };
  export = factory;
}
