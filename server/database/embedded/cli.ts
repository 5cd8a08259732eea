import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DATABASE_FILE, DataFolderError } from "#server/database/embedded/storage/schema.ts";
import { TransferError } from "#server/database/embedded/transfer/archive.ts";
import { checkFile, type CheckReport } from "#server/database/embedded/transfer/check.ts";
import { exportDatabase } from "#server/database/embedded/transfer/export.ts";
import { checkArchive, importDatabase } from "#server/database/embedded/transfer/import.ts";
import {
  placeOf,
  runningOn,
  sentenceOf,
  withDatabase,
  withSnapshot,
  withStandingDatabase,
  type Place,
} from "#server/database/embedded/transfer/source.ts";

/** `npm run db`. Ends with 0 when done, 1 when refused or when `check` found something, 2 when asked wrongly. */
const USAGE = `npm run db -- export FILE [PLACE]   everything into a new file; a running server goes on meanwhile
npm run db -- import FILE [PLACE]   an export into an empty database
npm run db -- check [FOLDER]        do indexes, counts and documents of the built-in database agree?

PLACE is a MongoDB address or a data folder. Without it: MONGODB_URI, else DATA_DIR, else ./data.
`;

const say = (text: string) => process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  if (existsSync(".env")) process.loadEnvFile(".env");
  const { positionals } = parseArgs({ allowPositionals: true });
  const [command, first, second, ...rest] = positionals;
  if (rest.length > 0) return usage();
  if (command === "check" && second === undefined) return check(first ?? process.env["DATA_DIR"] ?? "./data");
  if (first === undefined) return usage();
  const place = placeOf(
    second ?? (process.env["MONGODB_URI"] || undefined) ?? (process.env["DATA_DIR"] || undefined) ?? "./data",
  );
  if (command === "export") return runExport(first, place);
  if (command === "import") return runImport(first, place);
  return usage();
}

function usage(): number {
  process.stderr.write(USAGE);
  return 2;
}

async function runExport(file: string, place: Place): Promise<number> {
  const totals = await withStandingDatabase(place, (db) => exportDatabase(db, file), say);
  say(`${totals.documents} documents of ${totals.collections} collections are in ${file}. Keep it private.`);
  return 0;
}

async function runImport(file: string, place: Place): Promise<number> {
  await checkArchive(file);
  const totals = await withDatabase(place, (db) => importDatabase(db, file));
  say(`${totals.documents} documents of ${totals.collections} collections were imported.`);
  return 0;
}

async function check(folder: string): Promise<number> {
  if (!existsSync(join(folder, DATABASE_FILE)))
    throw new TransferError(`The folder ${folder} holds no Ringside database.`);
  const running = await runningOn(folder);
  const report =
    running === null ? checkFile(join(folder, DATABASE_FILE)) : await withSnapshot(running, checkCopy, true);
  for (const problem of report.problems) say(problem);
  if (report.problems.length > 0) {
    process.stderr.write("The database is not sound; nothing was changed: restore a copy or an export.\n");
    return 1;
  }
  say(`Sound: ${report.documents} documents, ${report.indexes} indexes, ${report.collections} collections.`);
  return 0;
}

/** The copy for what documents and indexes say; what SQLite said about the original counts too. */
async function checkCopy({ folder, faults }: { folder: string; faults: string[] }): Promise<CheckReport> {
  const report = checkFile(join(folder, DATABASE_FILE));
  const own = faults.length > 0 ? [`SQLite finds the file damaged: ${faults.length} faults.`] : [];
  return { ...report, problems: [...own, ...report.problems] };
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isUsage = error instanceof TypeError && "code" in error;
    const known = error instanceof DataFolderError ? error.message : sentenceOf(error);
    process.stderr.write(
      isUsage
        ? USAGE
        : `${known ?? "The command failed for an unexpected reason; nothing was changed by it."}\n`,
    );
    process.exitCode = isUsage ? 2 : 1;
  },
);
