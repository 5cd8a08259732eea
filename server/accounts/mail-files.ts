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
 * only. The operator passes on what is in it. The folder is this process's own, so it is listed once and remembered from then on.
 */
export function createMailFiles(options: { folder: string; clock: Clock }): SendEmail {
  const { folder, clock } = options;
  let kept: Promise<string[]> | null = null;
  return async ({ to, subject, text }) => {
    const date = new Date(clock.nowMs()).toUTCString();
    const mail = `Date: ${date}\nTo: ${oneLine(to)}\nSubject: ${oneLine(subject)}\n\n${text}\n`;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    kept ??= mailsIn(folder).catch((error: unknown) => {
      kept = null;
      throw error;
    });
    const names = await kept;
    const name = `${v7()}.eml`;
    await writeFile(join(folder, name), mail, { mode: 0o600, flag: "wx" });
    names.push(name);
    const old = names.splice(0, Math.max(0, names.length - MAX_MAILS));
    await Promise.all(old.map((one) => rm(join(folder, one), { force: true })));
  };
}

/** The mails that are there, oldest first. */
const mailsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith(".eml")).toSorted();

/** A line break would begin another header. */
const oneLine = (text: string): string => text.replaceAll(/[\r\n]+/g, " ");

/** Deletes the mails in `folder` that were written to this address. */
export async function forgetMails(folder: string, address: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of await mailsIn(folder)) {
    const [head = ""] = (await readFile(join(folder, name), "utf8")).split("\n\n");
    if (head.split("\n").includes(`To: ${oneLine(address)}`)) await rm(join(folder, name), { force: true });
  }
}
