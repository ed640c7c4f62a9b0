import type { News } from "../ports/news.ts";
import type { Units } from "./systemd/units.ts";

const WORD = "unit:";

/** Word of units that changed; `unit:` and a unit's complete name. */
export function createUnitNews(units: Units): News {
  let listener: (source: string) => void = () => {};
  units.onChange(({ facts }) => listener(`${WORD}${facts.name}`));
  return {
    watch: (sources) => {
      units.watch("news", new Set([...sources].map((source) => source.slice(WORD.length))));
    },
    onNews: (one) => {
      listener = one;
    },
    close: () => units.watch("news", new Set()),
  };
}
