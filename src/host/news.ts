import type { News } from "../ports/news.ts";

/** Several news as one; each is asked for the sources that begin with its word (`link:`, `unit:`). */
export function joinNews(parts: Readonly<Record<string, News>>): News {
  const entries = Object.entries(parts);
  return {
    watch: (sources) => {
      for (const [word, one] of entries) {
        one.watch(new Set([...sources].filter((source) => source.startsWith(`${word}:`))));
      }
    },
    onNews: (listener) => {
      for (const [, one] of entries) one.onNews(listener);
    },
    close: () => {
      for (const [, one] of entries) one.close();
    },
  };
}
