import { CALLEES } from "#e2e/matrix/callees.ts";
import { type CellResult, nameOf } from "#e2e/matrix/cell.ts";
import { FAULTS, makesSense } from "#e2e/matrix/faults.ts";
import { allCells } from "#e2e/matrix/run.ts";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** One letter per final status. */
const LETTERS: Record<string, string> = {
  completed: "C",
  no_answer: "N",
  busy: "B",
  voicemail: "V",
  failed: "F",
  cancelled: "X",
};

export const LEGEND =
  "C completed, N no_answer, B busy, V voicemail, F failed, X cancelled, ! wrong, · not played";

export const letterOf = ({ status, problems }: CellResult): string =>
  problems.length > 0 ? "!" : (LETTERS[status ?? ""] ?? "?");

const bookSchema = z.object({
  runs: z.array(
    z.object({
      command: z.string(),
      at: z.string(),
      calls: z.number(),
      seconds: z.number(),
      left: z.string(),
    }),
  ),
  /** The last result of each call that was played, by `callee/fault`. */
  cells: z.record(z.string(), z.object({ letter: z.string(), problems: z.string() })),
});
type Book = z.infer<typeof bookSchema>;
type Run = Book["runs"][number];

const place = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const BOOK = place("figures.json");

const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

function table(head: readonly string[], rows: readonly string[][]): string {
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}

function page({ runs, cells }: Book): string {
  const all = allCells().map(nameOf);
  const played = all.filter((name) => cells[name] !== undefined);
  const wrong = played.filter((name) => cells[name]?.letter === "!");
  const matrix = FAULTS.map((fault) => [
    fault.name,
    ...CALLEES.map((callee) => {
      const name = nameOf({ callee, fault });
      return makesSense(callee, fault) && all.includes(name) ? (cells[name]?.letter ?? "·") : "";
    }),
  ]);
  return `# Matrix run: figures

Written by the commands below, each with \`--figures\` (SPEC.md); a call that was played more than once stands with its last result. ${LEGEND}, empty where callee and fault make no sense together.

${played.length} of ${all.length} calls were played, ${all.length - played.length} were not; ${wrong.length} of those played are wrong.

${table(
  ["command", "date (UTC)", "calls", "s", "left behind"],
  runs.map(({ command, at, calls, seconds, left }) => [`\`${command}\``, at, `${calls}`, `${seconds}`, left]),
)}

${table(["fault", ...CALLEES.map(({ name }) => name)], matrix)}
${wrong.map((name) => `\n- ${name}: ${cells[name]?.problems ?? ""}`).join("")}
`;
}

/** Adds what a run found to `figures.json`, and writes FIGURES.md anew; `npm run format` then aligns its tables. */
export function addFigures(run: Run, results: readonly CellResult[]): void {
  const book: Book = existsSync(BOOK)
    ? bookSchema.parse(JSON.parse(readFileSync(BOOK, "utf8")))
    : { runs: [], cells: {} };
  book.runs.push(run);
  for (const result of results) {
    book.cells[nameOf(result.cell)] = { letter: letterOf(result), problems: result.problems.join("; ") };
  }
  writeFileSync(BOOK, `${JSON.stringify(book, null, 2)}\n`);
  writeFileSync(place("FIGURES.md"), page(book));
}
