import type { Outcome, Queued } from "../base/post.ts";
import type { Result } from "../base/result.ts";

export interface PostFolderContent<Item extends Queued> {
  readonly items: readonly Item[];
  readonly outcomes: readonly Outcome[];
}

/** One folder of a queue; each of these may wait for the disk, and rejects on a fault. */
export interface PostFolder<Item extends Queued> {
  /** Everything in it; what cannot be understood is set aside. */
  read(): Promise<PostFolderContent<Item>>;
  /** Replaces the item of this id. */
  put(item: Item, isDurable: boolean): Promise<void>;
  report(outcome: Outcome): Promise<void>;
  remove(id: string): Promise<void>;
  /** Removes the outcome of an item. */
  forget(id: string): Promise<void>;
}

/** What the agent needs of this server to send something. `Ready`: what the sender needs to know. */
export interface Post<Item extends Queued, Ready extends object> {
  /** The queue: in memory, and on the disk, where it outlives the boot. */
  readonly inMemory: PostFolder<Item>;
  readonly durable: PostFolder<Item>;
  /** Lays ready what the sender needs; null takes it away. */
  prepare(ready: Ready | null): Promise<void>;
  /** Has a sender started for this queue; `onEnd` when it has ended. */
  send(onEnd: () => void): Promise<Result<null>>;
  /** Name of this server, without asking anybody. */
  readonly hostName: string;
}

/** The queue of this name (`mail`, `destinations/chat`). */
export type OpenPost = <Item extends Queued, Ready extends object>(
  queue: string,
) => Post<Item, Ready>;
