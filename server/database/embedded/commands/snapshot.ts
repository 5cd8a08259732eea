import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { isSet, type Command } from "#server/database/embedded/commands/request.ts";
import { DATABASE_FILE } from "#server/database/embedded/storage/schema.ts";
import { docOf } from "#server/database/embedded/values/value.ts";

/**
 * `ringsideSnapshot`: this server's own command, for `npm run db`. Puts a consistent copy of everything into a
 * fresh folder below the data folder and names it; whoever asked removes it. Other commands wait meanwhile.
 * With `check` it also says what is wrong with the file it copied from.
 */
export const snapshot: Command = (request, state) => {
  const folder = join(state.snapshots, randomUUID());
  state.endTurn();
  const faults = isSet(request.body["check"]) ? state.engine.fileFaults() : [];
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  state.engine.copyTo(join(folder, DATABASE_FILE));
  return docOf({ folder, faults, ok: 1 });
};
