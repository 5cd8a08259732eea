import { z } from "zod";

/**
 * Opaque ids of ours: a prefix that says what it names and a time-ordered random part (UUID version 7 without dashes).
 * They may appear in URLs and logs; they hold nothing about a person.
 */
const opaqueId = <Prefix extends string>(prefix: Prefix) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-zA-Z]{8,40}$`), { error: `Not a ${prefix} id.` })
    .describe(`Opaque id, ${prefix}_…`);

export const callIdSchema = opaqueId("call");
export const attemptIdSchema = opaqueId("att");
export const leadIdSchema = opaqueId("lead");
export const businessIdSchema = opaqueId("biz");
export const segmentIdSchema = z.string().min(1).max(80);

export type IdPrefix = "call" | "att" | "lead" | "biz" | "match" | "consent" | "tok" | "note" | "rec" | "srv";
