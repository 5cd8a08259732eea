import { z } from "zod";

/**
 * Ids of ours are opaque: a prefix that says what they name and a time-ordered random part (UUID version 7 without dashes). They may appear
 * in URLs and logs; they hold nothing about a person. Nobody but `newId` knows their shape: what looks wrong is simply not found.
 */
const opaqueId = z.string().regex(/^[0-9A-Za-z_-]{1,80}$/, { error: "Not an id." });

export const callIdSchema = opaqueId;
export const attemptIdSchema = opaqueId;
export const leadIdSchema = opaqueId;
export const businessIdSchema = opaqueId;
export const holdIdSchema = opaqueId;
export const steerIdSchema = opaqueId;
export const segmentIdSchema = z.string().min(1).max(80);

export type IdPrefix =
  | "call"
  | "att"
  | "lead"
  | "biz"
  | "match"
  | "consent"
  | "tok"
  | "note"
  | "rec"
  | "srv"
  | "apt"
  | "hold"
  | "aud"
  | "view"
  | "alert"
  | "steer";
