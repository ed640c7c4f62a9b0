import type { Millis } from "./duration.ts";

/**
 * What is only written down waits so long. A restart is over in a few milliseconds, and on a small
 * server whatever is written meanwhile takes a processor from the program that is being started
 * (measured with two processors: 0.3 of 3 ms).
 */
export const AFTERWARDS: Millis = 10;
