import { createMailFiles } from "#server/accounts/mail-files.ts";
import { systemClock } from "#server/lib/clock.ts";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

test("[AC22] a mail becomes a file for its owner's eyes; the newest 200 stay, also over a restart and where a folder was taken away", async () => {
  const parent = await mkdtemp(join(tmpdir(), "ringside-mails-"));
  onTestFinished(() => rm(parent, { recursive: true }));
  const folder = join(parent, "mails");
  const send = createMailFiles({ folder, clock: systemClock });
  for (let count = 0; count < 203; count++) {
    await send({ to: `a@b.test\nBcc: evil@b.test`, subject: `Mail ${count}`, text: "Confirm it." });
  }
  const names = (await readdir(folder)).toSorted();
  expect(names).toHaveLength(200);
  const newest = join(folder, names.at(-1) ?? "");
  expect(await readFile(newest, "utf8")).toMatch(
    /^Date: .+\nTo: a@b\.test Bcc: evil@b\.test\nSubject: Mail 202\n\nConfirm it\.\n$/,
  );
  expect((await stat(newest)).mode & 0o077).toBe(0);
  const restarted = createMailFiles({ folder, clock: systemClock });
  await Promise.all(["a", "b"].map((subject) => restarted({ to: "a@b.test", subject, text: "Confirm it." })));
  const left = (await readdir(folder)).toSorted();
  expect(left).toHaveLength(200);
  expect(left.slice(0, 198)).toEqual(names.slice(2));
  await rm(folder, { recursive: true });
  await restarted({ to: "a@b.test", subject: "Again", text: "Confirm it." });
  expect(await readdir(folder)).toHaveLength(1);
});
