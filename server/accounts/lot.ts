import { createHash } from "node:crypto";

const RANGE = 2 ** 32;

/** A number from 0 up to 1 that an id always gets, and that says nothing about when it was made: ids are in the order of time, lots are not. */
export const lotOf = (id: string): number => createHash("sha256").update(id).digest().readUInt32BE(0) / RANGE;
