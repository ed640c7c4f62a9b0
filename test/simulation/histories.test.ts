import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { playFolder } from "../scenarios/play-folder.ts";

// Random histories that were written down: nobody chose what happens in them, so they notice what
// no story was written for. What they decide is held to the invariants by `simulation.test.ts`.
playFolder(join(dirname(fileURLToPath(import.meta.url)), "histories"), 30);
