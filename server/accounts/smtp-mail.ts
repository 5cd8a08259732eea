import type { SendEmail } from "#server/accounts/auth-library.ts";
import { createTransport } from "nodemailer";

/** A mail server that is slower than this counts as away; whoever sends tries again or says so. */
const TIMEOUT_MS = 10_000;
/** At once; more mails wait in memory for a connection. */
const MAX_CONNECTIONS = 3;

/** The mail server did not take a mail. Holds no address and no answer of the server, which may quote one. */
export class MailNotSent extends Error {
  override name = "MailNotSent";
  constructor(why: string) {
    super(`The mail server did not take a mail (${why}).`);
  }
}

export type SmtpMail = { send: SendEmail; close(): void };

/**
 * Mails over SMTP (RFC 5321) by nodemailer, with kept connections. STARTTLS is used wherever the server offers it; `smtps:` is TLS from the start.
 *
 * @param url `smtp://user:password@host:587`, or `smtps://…`
 * @param from the sender's address, e.g. `Ringside <calls@example.com>`
 * `send` rejects with `MailNotSent`.
 */
export function createSmtpMail({ url, from }: { url: string; from: string }): SmtpMail {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === "smtps:";
  const transport = createTransport({
    pool: true,
    maxConnections: MAX_CONNECTIONS,
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? standardPort(secure) : Number(port),
    secure,
    ...(username !== "" && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // A mail is text of ours: nothing in it may make the library read a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text }) {
      try {
        await transport.sendMail({ from, to: { name: "", address: to }, subject, text });
      } catch (error) {
        throw new MailNotSent(codeOf(error));
      }
    },
    close: () => transport.close(),
  };
}

const standardPort = (secure: boolean): number => (secure ? 465 : 587);

/** Nodemailer's own short code, such as ECONNECTION, EAUTH or EENVELOPE. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" && /^[A-Z]{2,20}$/.test(code) ? code : "unknown";
}
