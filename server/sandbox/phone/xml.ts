/** A parsed element: TwiML needs nothing else of XML. */
export type XmlElement = {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly (XmlElement | string)[];
};

/** The document is not well-formed. The message says where, in characters. */
export class XmlError extends Error {
  override readonly name = "XmlError";
}

const NAME = /[A-Za-z_:][\w:.-]*/y;
const SPACE = /\s*/y;
const TEXT = /[^<]+/y;
const REFERENCE = /&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));|&/g;
const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
const MAX_DEPTH = 30;

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  get done(): boolean {
    return this.#at >= this.#source.length;
  }

  fail(what: string): never {
    throw new XmlError(`${what} at character ${this.#at}.`);
  }

  /** Takes what `pattern` (sticky) matches here; the empty string when it does not. */
  match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  take(literal: string): boolean {
    const found = this.#source.startsWith(literal, this.#at);
    if (found) this.#at += literal.length;
    return found;
  }

  expect(literal: string): void {
    if (!this.take(literal)) this.fail(`Expected ${literal}`);
  }

  until(literal: string): string {
    const end = this.#source.indexOf(literal, this.#at);
    if (end < 0) this.fail(`Expected ${literal}`);
    const found = this.#source.slice(this.#at, end);
    this.#at = end + literal.length;
    return found;
  }

  name(): string {
    return this.match(NAME) || this.fail("Expected a name");
  }
}

function resolve(reader: Reader, text: string): string {
  return text.replace(REFERENCE, (_, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? reader.fail("Unknown entity");
    const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal ?? Number.NaN);
    if (!(code > 0 && code <= 0x10_ffff)) reader.fail("Bad character reference");
    return String.fromCodePoint(code);
  });
}

function readAttributes(reader: Reader): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (;;) {
    const space = reader.match(SPACE);
    const name = reader.match(NAME);
    if (name === "") return attributes;
    if (space === "") reader.fail("Expected a space before an attribute");
    reader.match(SPACE);
    reader.expect("=");
    reader.match(SPACE);
    const quote = reader.take('"') ? '"' : reader.take("'") ? "'" : reader.fail("Expected a quote");
    const value = reader.until(quote);
    if (value.includes("<") || attributes.has(name)) reader.fail("Bad attribute");
    attributes.set(name, resolve(reader, value));
  }
}

/** Comments, processing instructions and white space between elements. */
function skipMisc(reader: Reader): void {
  for (;;) {
    reader.match(SPACE);
    if (reader.take("<!--")) reader.until("-->");
    else if (reader.take("<?")) reader.until("?>");
    else return;
  }
}

function readChildren(reader: Reader, name: string, depth: number): (XmlElement | string)[] {
  const children: (XmlElement | string)[] = [];
  for (;;) {
    if (reader.done) reader.fail(`Missing </${name}>`);
    const text = reader.match(TEXT);
    if (text !== "") children.push(resolve(reader, text));
    else if (reader.take("<!--")) reader.until("-->");
    else if (reader.take("<![CDATA[")) children.push(reader.until("]]>"));
    else if (reader.take("<?")) reader.until("?>");
    else if (reader.take("</")) {
      if (reader.name() !== name) reader.fail(`Expected </${name}>`);
      reader.match(SPACE);
      reader.expect(">");
      return children;
    } else children.push(readElement(reader, depth + 1));
  }
}

function readElement(reader: Reader, depth: number): XmlElement {
  if (depth > MAX_DEPTH) reader.fail("Nested too deeply");
  reader.expect("<");
  const name = reader.name();
  const attributes = readAttributes(reader);
  if (reader.take("/>")) return { name, attributes, children: [] };
  reader.expect(">");
  return { name, attributes, children: readChildren(reader, name, depth) };
}

/**
 * Parses one well-formed document: elements, attributes, text, CDATA, comments, character references.
 * Document types are refused.
 * @throws XmlError
 */
export function parseXml(source: string): XmlElement {
  const reader = new Reader(source.replace(/^\u{feff}/u, ""));
  skipMisc(reader);
  const root = readElement(reader, 0);
  skipMisc(reader);
  if (!reader.done) reader.fail("Something follows the document");
  return root;
}

/** All text inside an element, markup left out, white space folded. */
export function textOf(element: XmlElement): string {
  const parts = element.children.map((child) => (typeof child === "string" ? child : textOf(child)));
  return parts.join("").replace(/\s+/g, " ").trim();
}
