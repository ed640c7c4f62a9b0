import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { playFolder } from "./play-folder.ts";

// Each file opens with the reason it exists. `UPDATE=1` writes what the policy decides now; the
// difference is to be read like code.
playFolder(dirname(fileURLToPath(import.meta.url)), 60);
