import type { ComponentChildren, JSX } from "preact";

/** A fact: what, and how it is; null leaves it out. */
export type Fact = readonly [name: string, value: ComponentChildren] | null;

/** Facts below each other. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }): JSX.Element {
  return (
    <dl class="facts">
      {facts.map((fact) =>
        fact === null ? null : (
          <div key={fact[0]}>
            <dt>{fact[0]}</dt>
            <dd>{fact[1]}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
