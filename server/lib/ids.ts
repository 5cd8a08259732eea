import type { IdPrefix } from "#shared/ids.ts";
import { v7 } from "uuid";

/** A new opaque, time-ordered id, e.g. `call_0192f0c1…` (UUID version 7 without dashes). */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${v7().replaceAll("-", "")}`;
}
