import { createSmtpMail, MailNotSent } from "#server/accounts/smtp-mail.ts";
import { once } from "node:events";
import { text as textOf } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";
import { expect, onTestFinished, test } from "vitest";

type Taken = { user: string; from: string; to: string[]; raw: string };

/** A mail server that knows one user and does not take mails for `nobody@b.test`. */
async function mailServer() {
  const taken: Taken[] = [];
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    // Plain on loopback, as the reader of this test may see.
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      password === "p@ss" ? done(null, { user: username }) : done(new Error("No.")),
    onRcptTo: ({ address }, _session, done) =>
      address === "nobody@b.test" ? done(new Error("nobody@b.test is not here")) : done(),
    onData: (stream, { user, envelope: { mailFrom, rcptTo } }, done) => {
      void textOf(stream).then((raw) => {
        const from = mailFrom === false ? "" : mailFrom.address;
        taken.push({ user: String(user), from, to: rcptTo.map(({ address }) => address), raw });
        done();
      });
    },
  });
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  const bound = listening.address();
  if (bound === null || typeof bound === "string") throw new Error("The mail server has no port.");
  return { taken, port: bound.port };
}

function mailTo(port: number, password = "p%40ss") {
  const mail = createSmtpMail({
    url: `smtp://ringside:${password}@127.0.0.1:${port}`,
    from: "Ringside <calls@a.test>",
  });
  onTestFinished(() => mail.close());
  return mail;
}

test("[AC30] a mail goes to the mail server, signed in, with its sender, and to nobody a subject names", async () => {
  const { taken, port } = await mailServer();
  await mailTo(port).send({ to: "a@b.test", subject: "Hello\r\nBcc: evil@b.test", text: "Grüße.\n.\nEnd" });
  expect(taken).toMatchObject([{ user: "ringside", from: "calls@a.test", to: ["a@b.test"] }]);
  expect(taken[0]?.raw).toMatch(/^From: Ringside <calls@a\.test>\r$/m);
  expect(taken[0]?.raw).not.toMatch(/^Bcc:/im);
});

test("[AC30] a refused mail is told by a code that names nobody", async () => {
  const { port } = await mailServer();
  const refused = mailTo(port).send({ to: "nobody@b.test", subject: "Hello", text: "Hello" });
  await expect(refused).rejects.toThrow(new MailNotSent("EENVELOPE"));
  const stranger = mailTo(port, "wrong").send({ to: "a@b.test", subject: "Hello", text: "Hello" });
  await expect(stranger).rejects.toThrow(new MailNotSent("EAUTH"));
});

test("[AC30] a mail server that is away", async () => {
  const away = createSmtpMail({ url: "smtp://127.0.0.1:1", from: "calls@a.test" });
  onTestFinished(() => away.close());
  await expect(away.send({ to: "a@b.test", subject: "Hello", text: "Hello" })).rejects.toThrow(
    /^The mail server did not/,
  );
});
