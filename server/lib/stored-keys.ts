import { StartProblem } from "#server/lib/failure.ts";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const base64 = z.string().transform((text) => Buffer.from(text, "base64"));
const fileSchema = z.object({
  sessionSecret: z.string().min(32),
  fieldKeys: z.array(z.object({ keyId: z.string(), key: base64 })).min(1),
  indexKey: base64,
});

export type StoredKeys = z.infer<typeof fileSchema>;

const KEY_BYTES = 32;

/**
 * The keys of an installation that brought none: made once, kept in `keys.json` of the data folder, readable by its owner only. Losing the
 * file makes the stored phone numbers unreadable, so a damaged one is never replaced.
 * @throws StartProblem when the folder can't be used or the file is damaged
 */
export function loadOrMakeKeys(dataDir: string): StoredKeys {
  const path = join(dataDir, "keys.json");
  const known = readKeys(path, dataDir);
  if (known !== null) return known;
  const text = JSON.stringify(
    {
      sessionSecret: randomBytes(KEY_BYTES).toString("base64"),
      fieldKeys: [{ keyId: "k1", key: randomBytes(KEY_BYTES).toString("base64") }],
      indexKey: randomBytes(KEY_BYTES).toString("base64"),
    },
    null,
    2,
  );
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { mode: 0o600, flag: "wx" });
  } catch {
    throw new StartProblem(
      `The data folder ${dataDir} cannot be written; set DATA_DIR to a folder that can.`,
    );
  }
  return fileSchema.parse(JSON.parse(text));
}

function readKeys(path: string, dataDir: string): StoredKeys | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw new StartProblem(
      `The data folder ${dataDir} cannot be read; check its owner, or set DATA_DIR to another folder.`,
    );
  }
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch {
    throw new StartProblem(
      `${path} is damaged; restore it from a backup, because without it the stored phone numbers cannot be read.`,
    );
  }
}
