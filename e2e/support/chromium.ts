import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** Headless in a container, quiet on the network. */
export const CHROMIUM_FLAGS = [
  "--no-sandbox",
  // A microphone that beeps, and that the page may use without a question.
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--autoplay-policy=no-user-gesture-required",
];

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** The browser of this machine, if it has one. */
function installed(): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return candidates.find((path) => existsSync(path)) ?? null;
}

/**
 * Unpacks the Chromium that npm brought, with the libraries it needs, into a fresh folder: a left-over one would be used as it is, and
 * two runs at once would write over each other.
 */
async function unpacked(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "ringside-chromium-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  // Only then the package unpacks and announces its own libraries (libnss3 and others).
  process.env["AWS_LAMBDA_JS_RUNTIME"] = "nodejs22.x";
  try {
    const { default: chromium } = await import("@sparticuz/chromium");
    const path = await chromium.executablePath();
    useFontsIn(folder);
    return path;
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}

/** The package's own list names fixed folders, not this one; without a single font nothing can be typed into a field. */
function useFontsIn(folder: string): void {
  const fonts = join(folder, "fonts");
  const lists = `<dir>${fonts}</dir><cachedir>${join(folder, "fonts-cache")}</cachedir>`;
  writeFileSync(join(fonts, "fonts.conf"), `<?xml version="1.0"?>\n<fontconfig>${lists}</fontconfig>\n`);
  process.env["FONTCONFIG_PATH"] = fonts;
}

/** CHROMIUM_PATH, or a browser of this machine, or the one from npm. Later calls, also those of child processes, get the same. */
export async function chromiumPath(): Promise<string> {
  const path = process.env["CHROMIUM_PATH"] ?? installed() ?? (await unpacked());
  process.env["CHROMIUM_PATH"] = path;
  return path;
}
