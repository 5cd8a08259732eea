import { badValue, notSupported } from "#server/database/embedded/errors.ts";
import type { Collator } from "#server/database/embedded/values/compare.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import { isDoc, type Value } from "#server/database/embedded/values/value.ts";

/** The comparison of strings a command's `collation` asks for; `undefined` for the plain order. */
export function parseCollation(spec: Value | undefined): Collator {
  if (spec === undefined || spec === null) return undefined;
  if (!isDoc(spec) || typeof spec["locale"] !== "string") throw badValue("A collation needs a 'locale'.");
  const { locale, strength, numericOrdering, caseLevel, caseFirst } = spec;
  if (locale === "simple") return undefined;
  for (const [name, value] of Object.entries(spec)) refuseUnknown(name, value);
  const level = isNumeric(strength) ? toNumber(strength) : 3;
  if (!Number.isInteger(level) || level < 1 || level > 5)
    throw badValue("The collation strength must be between 1 and 5.");
  if (level > 3) throw notSupported("A collation strength above 3");
  try {
    const collator = new Intl.Collator(locale.replaceAll("_", "-"), {
      sensitivity: sensitivity(level, caseLevel === true),
      numeric: numericOrdering === true,
      caseFirst: caseFirst === "upper" || caseFirst === "lower" ? caseFirst : "false",
    });
    return (left, right) => collator.compare(left, right);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw badValue("The collation's locale is not known.");
  }
}

/** Options that the language's own rules here cannot honour are refused; what is their standard anyway is not. */
const STANDARD = new Map<string, Value>([
  ["alternate", "non-ignorable"],
  ["maxVariable", "punct"],
  ["backwards", false],
]);
const KNOWN = new Set([
  "locale",
  "strength",
  "numericOrdering",
  "caseLevel",
  "caseFirst",
  "normalization",
  "version",
]);

function refuseUnknown(name: string, value: Value): void {
  if (STANDARD.has(name)) {
    if (STANDARD.get(name) !== value) throw notSupported(`The collation option ${name}`);
  } else if (!KNOWN.has(name)) {
    throw badValue(`The collation option '${name}' is not known.`);
  }
}

function sensitivity(level: number, caseLevel: boolean): "base" | "accent" | "case" | "variant" {
  if (level === 1) return caseLevel ? "case" : "base";
  return level === 2 && !caseLevel ? "accent" : "variant";
}
