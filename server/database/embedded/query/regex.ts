import type { BSONRegExp } from "bson";
import { badValue, ServerError } from "#server/database/embedded/errors.ts";

const FLAGS: Readonly<Record<string, string>> = { i: "i", m: "m", s: "s", u: "", l: "", x: "" };

/** A JavaScript regular expression for a PCRE pattern with MongoDB's options (`imsxu`). */
function toRegExp(pattern: string, options: string): RegExp {
  let source = pattern;
  const wanted = new Set(options);
  const inline = /^\(\?([imsx]+)\)/.exec(source);
  if (inline) {
    source = source.slice(inline[0].length);
    for (const flag of inline[1] ?? "") wanted.add(flag);
  }
  if (wanted.has("x")) source = withoutSpacing(source);
  let flags = "";
  for (const option of wanted) {
    const flag = Object.hasOwn(FLAGS, option) ? FLAGS[option] : undefined;
    if (flag === undefined) throw badValue(`invalid flag in regex options: ${option}`);
    flags += flag;
  }
  return construct(source, flags);
}

function construct(source: string, flags: string): RegExp {
  const anchored = source.replaceAll(/^\\A/g, "^").replaceAll(/\\[zZ]$/g, "$");
  for (const attempt of [`${flags}u`, flags]) {
    try {
      return new RegExp(anchored, attempt);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  throw new ServerError(51091, "Regular expression is invalid.");
}

/** Drops what the x option ignores: white space and comments outside character classes. */
function withoutSpacing(pattern: string): string {
  return pattern.replaceAll(/\\.|\[(?:\\.|[^\]])*\]|\s+|#.*$/gm, (piece) =>
    /^[\s#]/.test(piece) ? "" : piece,
  );
}

export function regExpOf(value: BSONRegExp): RegExp {
  return toRegExp(value.pattern, value.options);
}
