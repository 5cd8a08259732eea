import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const packageSchema = z.object({ scripts: z.object({ server: z.string() }) });

/** Flags of node with which `npm run server` starts the checkout in `folder`. */
export function productFlags(folder: string): string[] {
  const { scripts } = packageSchema.parse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
  return scripts.server.split(" ").filter((word) => word.startsWith("--"));
}
