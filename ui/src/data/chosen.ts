/** A line of the tree; the server's name is empty. */
export interface Chosen {
  readonly kind: "server" | "group" | "resource" | "monitor";
  readonly name: string;
}
