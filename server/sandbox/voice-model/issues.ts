import type { z } from "zod";
import { Refusal } from "#server/sandbox/voice-model/wire.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

function dotted(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  return value;
}

/** Of a union's branches, the one that got furthest: its complaint is about the field, not about the union. */
function deepest(issue: Issue): { issue: Issue; path: Path } {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return { issue, path: issue.path };
  const candidates = issue.errors.flatMap((branch) => branch.slice(0, 1)).map(deepest);
  const [best] = candidates.sort((a, b) => b.path.length - a.path.length);
  return best ? { issue: best.issue, path: [...issue.path, ...best.path] } : { issue, path: issue.path };
}

function asRefusal(root: unknown, first: Issue): Refusal {
  const { issue, path } = deepest(first);
  const param = dotted(path);
  const value = valueAt(root, path);
  if (issue.code === "unrecognized_keys") {
    const unknown = dotted([...path, issue.keys[0] ?? ""]);
    return new Refusal("unknown_parameter", `Unknown parameter: '${unknown}'.`, unknown);
  }
  if (value === undefined) {
    return new Refusal("missing_required_parameter", `Missing required parameter: '${param}'.`, param);
  }
  if (issue.code === "invalid_type") {
    const decimal = typeof value === "number" && !Number.isInteger(value);
    const got = decimal ? "a decimal number" : value === null ? "null" : `a ${typeof value}`;
    const expected = issue.expected === "int" ? "an integer" : `a value of type ${issue.expected}`;
    return new Refusal(
      "invalid_type",
      `Invalid type for '${param}': expected ${expected}, but got ${got} instead.`,
      param,
    );
  }
  return new Refusal("invalid_value", `Invalid value for '${param}'.`, param);
}

/**
 * Parses what a client sent, or refuses it the way the real service words it: the first fault decides the code.
 * @throws Refusal
 */
export function parseOrRefuse<T extends z.ZodType>(schema: T, raw: unknown): z.infer<T> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues;
  const missing = issues.find((issue) => issue.path.length > 0 && valueAt(raw, issue.path) === undefined);
  const issue = missing ?? issues[0];
  throw issue ? asRefusal(raw, issue) : new Refusal("invalid_value", "The event is not valid.");
}
