import { type Metric, type MetricName, METRICS } from "../api/metric-list.ts";

export type Labels = Readonly<Record<string, string>>;

/** Counts of values up to each bound, cumulative only when written. */
export interface Histogram {
  readonly bounds: readonly number[];
  /** One more than bounds: what lies above the last. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/**
 * Text of Prometheus' exposition format 0.0.4: each family once, with its head, in the order of the
 * list; a family without a value is left out.
 */
export class MetricText {
  readonly #lines = new Map<MetricName, string[]>();

  add(name: MetricName, value: number, labels: Labels = {}): void {
    this.#line(name, `${name}${labelText(labels)} ${numberText(value)}`);
  }

  addHistogram(name: MetricName, { bounds, counts, sum }: Histogram, labels: Labels): void {
    let total = 0;
    for (const [index, count] of counts.entries()) {
      total += count;
      const bound = bounds[index];
      const le = bound === undefined ? "+Inf" : String(bound);
      this.#line(name, `${name}_bucket${labelText({ ...labels, le })} ${total}`);
    }
    this.#line(name, `${name}_sum${labelText(labels)} ${numberText(sum)}`);
    this.#line(name, `${name}_count${labelText(labels)} ${total}`);
  }

  toString(): string {
    const families = (Object.entries(METRICS) as readonly [MetricName, Metric][]).flatMap(
      ([name, { help, type }]) => {
        const lines = this.#lines.get(name);
        return lines ? [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines] : [];
      },
    );
    return `${families.join("\n")}\n`;
  }

  #line(name: MetricName, line: string): void {
    const lines = this.#lines.get(name);
    if (lines) lines.push(line);
    else this.#lines.set(name, [line]);
  }
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
