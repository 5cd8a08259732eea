/** Which of our numbers a business shows [CL257]: always the same one to the same person, also on a retry. */
export function fromNumberOf(businessId: string, fromNumbers: readonly string[]): string {
  return fromNumbers[hash(businessId) % fromNumbers.length] ?? "";
}

function hash(text: string): number {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return sum;
}
