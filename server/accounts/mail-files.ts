import type { SendEmail } from "#server/accounts/auth-library.ts";
import type { Clock } from "#server/lib/clock.ts";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { v7 } from "uuid";

/** Older mails are deleted: a folder that nobody reads must not fill the disk. */
const MAX_MAILS = 200;

/**
 * Mails as files, for an installation without a mail server: each mail becomes `<folder>/<time-ordered id>.eml`, readable by the owner
 * only. The operator passes on what is in it.
 */
export function createMailFiles(options: { folder: string; clock: Clock }): SendEmail {
  const { folder, clock } = options;
  return async ({ to, subject, text }) => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const date = new Date(clock.nowMs()).toUTCString();
    const mail = `Date: ${date}\nTo: ${oneLine(to)}\nSubject: ${oneLine(subject)}\n\n${text}\n`;
    await writeFile(join(folder, `${v7()}.eml`), mail, { mode: 0o600, flag: "wx" });
    const names = (await readdir(folder)).filter((name) => name.endsWith(".eml")).toSorted();
    const old = names.slice(0, -MAX_MAILS);
    await Promise.all(old.map((name) => rm(join(folder, name), { force: true })));
  };
}

/** A line break would begin another header. */
const oneLine = (text: string): string => text.replaceAll(/[\r\n]+/g, " ");

/** Deletes the mails in `folder` that were written to this address. */
export async function forgetMails(folder: string, address: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of (await readdir(folder)).filter((one) => one.endsWith(".eml"))) {
    const [head = ""] = (await readFile(join(folder, name), "utf8")).split("\n\n");
    if (head.split("\n").includes(`To: ${oneLine(address)}`)) await rm(join(folder, name), { force: true });
  }
}
