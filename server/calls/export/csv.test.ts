import { csvLine } from "#server/calls/export/csv.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

/** Reads one line of CSV as a spreadsheet does. */
function cellsOf(line: string): string[] {
  const cells: string[] = [];
  const pattern = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n$)/gsy;
  for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
    const [, cell = "", end] = match;
    cells.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end !== ",") break;
  }
  return cells;
}

const cell = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: fc.constantFrom(..."=+-@\t\r\n\",'; a1") }),
);

test("[CL371] whatever people wrote comes back as it was, and is never a formula", () => {
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (cells) => {
      const read = cellsOf(csvLine(cells));
      expect(read.every((one) => !/^[=+\-@\t\r]/.test(one))).toBe(true);
      expect(read.map((one, index) => (cells[index] === one ? one : one.slice(1)))).toEqual(cells);
    }),
    { numRuns: 2000 },
  );
});

test("[CL371] numbers are numbers, and nothing is an empty cell", () => {
  expect(csvLine([-5, null, "a"])).toBe("-5,,a\r\n");
});
