import type { SealPlace } from "#server/lib/sealed.ts";

/** Where a call keeps the sealed number it dials. */
export const phonePlace = (callId: string): SealPlace => ({
  collection: "calls",
  field: "phone",
  documentId: callId,
});
