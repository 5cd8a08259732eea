import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { insertDocument } from "#server/database/embedded/storage/documents.ts";
import { Engine } from "#server/database/embedded/storage/engine.ts";
import { openStore } from "#server/database/embedded/storage/schema.ts";
import { toDoc } from "#server/database/embedded/test-values.ts";
import { encodeDoc } from "#server/database/embedded/values/encode.ts";
import { newDoc } from "#server/database/embedded/values/value.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringside-store-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("transactions", () => {
  test("[DB2] [DB4] after a failed commit nothing of the turn remains, and counts are those of the file", () => {
    const path = join(folder, "failing.db");
    const store = openStore(path);
    const other = new Engine(store);
    const kept = other.ensureCollection("test.kept", newDoc());
    other.statement(() => insertDocument(other, kept, toDoc({ _id: 1 }), encodeDoc(toDoc({ _id: 1 }))));
    other.endTurn();
    other.statement(() => insertDocument(other, kept, toDoc({ _id: 2 }), encodeDoc(toDoc({ _id: 2 }))));
    const commit = store.commit;
    store.commit = () => {
      throw new Error("disk full");
    };
    expect(() => other.endTurn()).toThrow(/could not be made durable/);
    store.commit = commit;
    const reloaded = other.catalog.get("test.kept");
    expect(reloaded?.count).toBe(1);
    expect(reloaded?.records.scan(0, 10, false)).toHaveLength(1);
    other.close();
    const again = new Engine(openStore(path));
    expect(again.catalog.get("test.kept")?.count).toBe(1);
    again.close();
  });
});

describe("the file", () => {
  test("[DB5] a foreign or cut-short file is refused with one sentence and not touched", () => {
    const path = join(folder, "foreign.db");
    writeFileSync(path, "not a database at all");
    expect(() => openStore(path)).toThrow(/damaged or is not a Ringside database/);
    expect(readFileSync(path, "utf8")).toBe("not a database at all");
    const other = join(folder, "other.db");
    const sqlite = new DatabaseSync(other);
    sqlite.exec("CREATE TABLE notes (text)");
    sqlite.close();
    const notes = readFileSync(other);
    expect(() => openStore(other)).toThrow(/is not a Ringside database/);
    expect(readFileSync(other)).toEqual(notes);
    const cut = join(folder, "cut.db");
    const store = openStore(cut);
    new Engine(store).close();
    truncateSync(cut, 5000);
    const before = readFileSync(cut);
    expect(() => openStore(cut)).toThrow(/damaged/);
    expect(readFileSync(cut)).toEqual(before);
    expect(existsSync(`${cut}-wal`)).toBe(false);
  });
});
