import type { LoadedOrProblems } from "../config/loaded-config.ts";
import { migrateConfig } from "../config/migrate.ts";

/** A text loaded in the format of today; `notes` say what was changed for that. */
export type LoadedToday = LoadedOrProblems & { readonly notes: readonly string[] };

/** The problems are those of the text as it was written, at its own lines. */
export async function loadMigrated(
  load: (text: string) => Promise<LoadedOrProblems>,
  text: string,
): Promise<LoadedToday> {
  const written = await load(text);
  if (!written.ok) return { ...written, notes: [] };
  const { text: today, notes } = migrateConfig(text);
  if (today === text) return { ...written, notes };
  const loaded = await load(today);
  return loaded.ok ? { ...loaded, warnings: written.warnings, notes } : { ...loaded, notes };
}
