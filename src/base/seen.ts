/**
 * Remembers what was looked at last. The state is never changed in place, so a part of it that is the
 * same thing as before says the same as before.
 */
export class Seen {
  #things: readonly unknown[] = [];

  /** Whether one of the things is another than at the last call; they are always as many. */
  hasChanged(things: readonly unknown[]): boolean {
    if (things.every((one, index) => one === this.#things[index])) return false;
    this.#things = things;
    return true;
  }
}
