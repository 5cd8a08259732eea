import { textParts } from "#client/sandbox/console/text-parts.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

test("an address in a text message is a link, the words around it are not", () => {
  expect(textParts("See the call: https://ringside.test/c/link_call_1~x~y now")).toEqual([
    { text: "See the call: ", isLink: false },
    { text: "https://ringside.test/c/link_call_1~x~y", isLink: true },
    { text: " now", isLink: false },
  ]);
  expect(textParts("123456 is your code.")).toEqual([{ text: "123456 is your code.", isLink: false }]);
});

test("nothing of a text is lost, and only http and https addresses are links", () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom("https://a.test/b", "http://c.test", "javascript:x", " "),
  );
  fc.assert(
    fc.property(
      fc.array(piece).map((pieces) => pieces.join("")),
      (body) => {
        const parts = textParts(body);
        expect(parts.map(({ text }) => text).join("")).toBe(body);
        for (const { text, isLink } of parts) if (isLink) expect(text).toMatch(/^https?:\/\//);
      },
    ),
  );
});
