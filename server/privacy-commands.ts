import { forgetMails } from "#server/accounts/mail-files.ts";
import { readPhoneNumber } from "#server/accounts/phone-number.ts";
import { recordingFolder } from "#server/calls/recording/recording-files.ts";
import { type Config, readConfig } from "#server/config.ts";
import type { Db } from "#server/database/connection.ts";
import { EmbeddedDatabaseError } from "#server/database/embedded/embedded-database.ts";
import { withDatabase } from "#server/database/embedded/transfer/source.ts";
import { keysOf } from "#server/installation-keys.ts";
import { Failure, StartProblem } from "#server/lib/failure.ts";
import { createSeals } from "#server/lib/sealed.ts";
import { erasePerson } from "#server/privacy/erase-person.ts";
import { exportPerson } from "#server/privacy/export-person.ts";
import { rotateKeys } from "#server/privacy/rotate-keys.ts";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** `npm run person` and `npm run rotate-keys`. Ends with 0 when done, 1 when refused or not complete, 2 when asked wrongly. */
const USAGE = `npm run person -- export   what is held about a person, as JSON on standard output
npm run person -- erase    erases it; consent receipts and the opt-out stay
npm run rotate-keys        seals every number under the first key of FIELD_KEYS

The phone number comes on standard input, never as an argument. The database is that of the environment or .env, as for the server; servers may run.
`;

const say = (line: string) => process.stdout.write(`${line}\n`);
const tell = (line: string) => process.stderr.write(`${line}\n`);

function usage(): number {
  process.stderr.write(USAGE);
  return 2;
}

async function main(): Promise<number> {
  const [command, action, ...rest] = process.argv.slice(2);
  const isPerson = command === "person" && (action === "export" || action === "erase");
  const isRotation = command === "rotate-keys" && action === undefined;
  if ((!isPerson && !isRotation) || rest.length > 0) return usage();
  if (existsSync(".env")) process.loadEnvFile(".env");
  const config = readConfig(process.env);
  const place =
    config.mongodbUri === null
      ? ({ kind: "folder", folder: config.dataDir } as const)
      : ({ kind: "uri", uri: config.mongodbUri } as const);
  if (isRotation) return withDatabase(place, (db) => rotate(db, config));
  const phoneKey = await askedNumber(config);
  return withDatabase(place, (db) =>
    action === "export" ? runExport(db, config, phoneKey) : runErase(db, config, phoneKey),
  );
}

/** The blind index of the number on standard input. @throws Failure PHONE_INVALID */
async function askedNumber(config: Config): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write("Phone number, then Ctrl-D on a line of its own: ");
  const { number } = readPhoneNumber((await text(process.stdin)).trim());
  const { fieldKeys, indexKey } = keysOf(config);
  return createSeals(fieldKeys, indexKey).blindIndex(number);
}

async function runExport(db: Db, { dataDir }: Config, phoneKey: string): Promise<number> {
  say(JSON.stringify(await exportPerson(db, phoneKey, join(dataDir, "recordings")), null, 2));
  return 0;
}

async function runErase(db: Db, { dataDir }: Config, phoneKey: string): Promise<number> {
  const files = recordingFolder(join(dataDir, "recordings"));
  const forget = (address: string) => forgetMails(join(dataDir, "mails"), address);
  const { accounts, leads, calls } = await erasePerson({ db, files, forgetMails: forget }, phoneKey);
  say(`Erased: ${accounts} accounts, ${leads} requests, ${calls} calls. Receipts and the opt-out stay.`);
  return 0;
}

async function rotate(db: Db, config: Config): Promise<number> {
  const { fieldKeys, indexKey } = keysOf(config);
  const { resealed, left } = await rotateKeys(db, fieldKeys, indexKey);
  say(`${resealed} numbers were sealed under key ${fieldKeys[0]?.keyId}.`);
  if (left === 0) return 0;
  tell(
    `${left} numbers are still under another key: FIELD_KEYS has not got it, or a server still seals with it. Keep all keys.`,
  );
  return 1;
}

function sentenceOf(error: unknown): string {
  if (error instanceof StartProblem || error instanceof EmbeddedDatabaseError) return error.message;
  if (error instanceof Failure) return "Standard input holds no phone number that can be called.";
  return "The command failed for an unexpected reason; it is safe to run it again.";
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    tell(sentenceOf(error));
    process.exitCode = 1;
  },
);
