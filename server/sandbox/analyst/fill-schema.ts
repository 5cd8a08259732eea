import type { JsonSchema } from "#server/sandbox/analyst/message-request.ts";

/** A value for a property, or a way to choose one of the values its schema allows. */
type Suggestion = { value: unknown } | { choose: (allowed: readonly string[]) => string | undefined };
/** Suggestions by property name. */
export type Suggestions = Readonly<Record<string, Suggestion>>;

const UNSTATED = "Not stated.";
/** Among the allowed values of an unknown enum these claim the least. */
const MODEST = /^(unknown|other|none|neutral|not_|no_|n\/a)/;
const MAX_DEPTH = 12;

function isObject(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Follows `#/$defs/…`. */
function resolve(schema: unknown, root: JsonSchema): JsonSchema {
  if (!isObject(schema)) return {};
  const ref = schema["$ref"];
  if (typeof ref !== "string") return schema;
  const name = ref.replace(/^#\/(\$defs|definitions)\//, "");
  const defs = root["$defs"] ?? root["definitions"];
  return isObject(defs) ? resolve(defs[name], root) : {};
}

function stringsOf(schema: JsonSchema): string[] {
  const values = Array.isArray(schema["enum"]) ? schema["enum"] : [];
  return values.filter((value) => typeof value === "string");
}

/** Whether `value` is allowed, as far as the schemas of this API can say. */
function fits(value: unknown, raw: unknown, root: JsonSchema): boolean {
  const schema = resolve(raw, root);
  if (Array.isArray(schema["anyOf"])) return schema["anyOf"].some((branch) => fits(value, branch, root));
  if (Array.isArray(schema["enum"])) return schema["enum"].includes(value);
  if ("const" in schema) return schema["const"] === value;
  switch (schema["type"]) {
    case "string":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "integer":
      return Number.isInteger(value);
    case "boolean":
      return typeof value === "boolean";
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value) && value.every((entry) => fits(entry, schema["items"], root));
    case "object":
      return isObject(value) && fitsObject(value, schema, root);
    default:
      return true;
  }
}

function fitsObject(value: JsonSchema, schema: JsonSchema, root: JsonSchema): boolean {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  if (required.some((name) => typeof name === "string" && !(name in value))) return false;
  return Object.entries(value).every(
    ([name, entry]) => name in properties && fits(entry, properties[name], root),
  );
}

type Fill = { root: JsonSchema; suggestions: Suggestions };

function suggested(name: string, schema: JsonSchema, { root, suggestions }: Fill): { value: unknown } | null {
  const suggestion = Object.hasOwn(suggestions, name) ? suggestions[name] : undefined;
  if (!suggestion) return null;
  const value = "value" in suggestion ? suggestion.value : suggestion.choose(stringsOf(schema));
  return value !== undefined && fits(value, schema, root) ? { value } : null;
}

function plainValue(schema: JsonSchema, fill: Fill, depth: number): unknown {
  const options = schema["anyOf"];
  if (Array.isArray(options)) {
    const nullable = options.find((option) => resolve(option, fill.root)["type"] === "null");
    return valueFor("", nullable ?? options[0], fill, depth + 1);
  }
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) {
    const modest = stringsOf(schema).find((value) => MODEST.test(value));
    return modest ?? schema["enum"][0] ?? null;
  }
  switch (schema["type"]) {
    case "object":
      return objectFor(schema, fill, depth + 1);
    case "array":
      return schema["minItems"] === 1 ? [valueFor("", schema["items"], fill, depth + 1)] : [];
    case "number":
    case "integer":
      return 0;
    case "boolean":
      return false;
    case "string":
      return UNSTATED;
    default:
      return null;
  }
}

function valueFor(name: string, raw: unknown, fill: Fill, depth: number): unknown {
  if (depth > MAX_DEPTH) return null;
  const schema = resolve(raw, fill.root);
  const suggestion = suggested(name, schema, fill);
  return suggestion ? suggestion.value : plainValue(schema, fill, depth);
}

function objectFor(schema: JsonSchema, fill: Fill, depth: number): JsonSchema {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, valueFor(name, property, fill, depth)]),
  );
}

/** A value that satisfies the schema: suggestions where they fit, the most modest value elsewhere. */
export function fillSchema(schema: JsonSchema, suggestions: Suggestions): unknown {
  return valueFor("", schema, { root: schema, suggestions }, 0);
}
