import assert from "node:assert/strict";
import type { BootReport } from "../../src/api/boot-answers.ts";
import type { Bench } from "./case.ts";

/** Waits for the verdict on the boot before, which is this one, and has these facts among others. */
export async function expectWhy(
  { product, note }: Bench,
  expected: Pick<BootReport, "verdict" | "confidence">,
  facts: readonly string[],
): Promise<BootReport> {
  const report = await product.why();
  const { verdict, confidence } = report;
  note(`why: ${verdict}, ${confidence}`);
  assert.deepEqual({ verdict, confidence }, expected, JSON.stringify(report));
  const found = report.facts.map(({ id }) => id);
  for (const fact of facts) assert.ok(found.includes(fact), `${fact}: ${JSON.stringify(report)}`);
  return report;
}
