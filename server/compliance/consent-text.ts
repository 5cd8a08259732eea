/** What a receipt is about: AI voice calls, or recording them. Two separate decisions. */
export type ConsentKind = "aiCalls" | "recording";

/**
 * The sentence a person agrees to, in the name of one business (consent is specific to the seller, calling-rules §13). A receipt stores it
 * word for word with its hash: changing it here changes later receipts only.
 */
export function consentText(kind: ConsentKind, legalName: string): string {
  return kind === "aiCalls"
    ? `${legalName} may call me about this request with a voice made by artificial intelligence. I can say stop at any time.`
    : `Calls between ${legalName} and me about this request may be recorded.`;
}
