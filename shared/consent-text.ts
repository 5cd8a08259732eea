/** What a receipt is about: AI voice calls, or recording them. Two separate decisions. */
export type ConsentKind = "aiCalls" | "recording";

/**
 * The sentence a person agrees to, for one named business: the box they tick shows it, and the receipt stores it word for word with its
 * hash. Changing it here changes later receipts only.
 */
export function consentText(kind: ConsentKind, legalName: string): string {
  return kind === "aiCalls"
    ? `An AI assistant may call me for ${legalName} about this request, with an artificial voice. I can say stop at any time.`
    : `${legalName} may record the call about this request.`;
}

/** The sentence beside the button with which a person asks for one call; the receipt of that call's consent stores it. */
export const callbackText = (legalName: string): string =>
  `I ask for this one call. An AI assistant may make it for ${legalName}, with an artificial voice. I can say stop at any time.`;
