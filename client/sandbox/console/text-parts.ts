type TextPart = { text: string; isLink: boolean };

/** A text message cut into words and addresses, as phones show them; joined again it is the same text. */
export function textParts(body: string): TextPart[] {
  return body
    .split(/(https?:\/\/\S+)/)
    .map((text, index) => ({ text, isLink: index % 2 === 1 }))
    .filter(({ text }) => text !== "");
}
