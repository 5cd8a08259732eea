import { MAGIC_FROM_VALID, linkOf, Refusal } from "#server/sandbox/phone/call-params.ts";
import { pageOf } from "#server/sandbox/phone/rest-page.ts";
import type { RestReply, RestRequest, RestServer } from "#server/sandbox/phone/rest-server.ts";
import type { Services } from "#server/sandbox/phone/services.ts";
import { newSid, rfc2822 } from "#server/sandbox/phone/sids.ts";
import type { Link } from "#server/sandbox/phone/twiml-verbs.ts";

type MessageStatus = "queued" | "sent" | "delivered";

type Message = {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly body: string;
  readonly createdAtMs: number;
  readonly statusCallback: Link | null;
  status: MessageStatus;
};

/** What the inbox shows of a message. */
export type InboxMessage = {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly body: string;
  /** ISO 8601. */
  readonly sentAt: string;
};

const MAX_BODY_CHARACTERS = 1600;
const MAX_MESSAGES = 2000;
const E164 = /^\+[1-9]\d{6,14}$/;
const MAGIC_TO: Readonly<Record<string, [number, string]>> = {
  "+15005550001": [21_211, "The 'To' number is not a valid phone number"],
  "+15005550002": [21_612, "The 'To' phone number is not currently reachable"],
  "+15005550003": [21_408, "Permission to send an SMS has not been enabled for the region"],
  "+15005550004": [21_610, "Attempt to send to unsubscribed recipient"],
  "+15005550009": [21_614, "'To' number is not a valid mobile number"],
};
const MAGIC_FROM: Readonly<Record<string, [number, string]>> = {
  "+15005550001": [21_212, "The 'From' number is not a valid phone number"],
  "+15005550007": [21_606, "The 'From' number is not able to send messages"],
  "+15005550008": [21_611, "The 'From' number's queue is full"],
};

/** The Messages resource, and the phones' inboxes. The newest 2000 messages are kept. */
export class RestMessages {
  readonly #services: Services;
  readonly #ownNumbers: readonly string[];
  readonly #path: string;
  #messages: Message[] = [];

  constructor(services: Services, ownNumbers: readonly string[]) {
    this.#services = services;
    this.#ownNumbers = ownNumbers;
    this.#path = `/2010-04-01/Accounts/${services.accountSid}/Messages`;
  }

  mount(rest: RestServer): void {
    rest.route("post", "/Messages.json", "message", (request) => this.#create(request));
    rest.route("get", "/Messages.json", "list", (request) => this.#list(request));
    rest.route("get", "/Messages/:sid.json", "fetch", ({ sid }) => this.#fetch(sid));
  }

  /** Newest first. */
  inbox(to: string | null): InboxMessage[] {
    const mine = this.#messages.filter((message) => to === null || message.to === to);
    return mine.toReversed().map(({ sid, to: owner, from, body, createdAtMs }) => {
      return { sid, to: owner, from, body, sentAt: new Date(createdAtMs).toISOString() };
    });
  }

  #create({ fields }: RestRequest): RestReply {
    const [to, from, body] = ["To", "From", "Body"].map((name) => fields.get(name) ?? "");
    this.#check(to ?? "", from ?? "", body ?? "");
    const message: Message = {
      sid: newSid("SM"),
      to: to ?? "",
      from: from ?? "",
      body: body ?? "",
      createdAtMs: this.#services.clock.nowMs(),
      statusCallback: linkOf(fields, "StatusCallback", 21_609),
      status: "queued",
    };
    this.#messages = [...this.#messages, message].slice(-MAX_MESSAGES);
    const { messageMs } = this.#services.settings.current;
    this.#services.clock.after(messageMs, () => this.#report(message, "sent"));
    this.#services.clock.after(2 * messageMs, () => this.#report(message, "delivered"));
    return { status: 201, body: this.#render(message) };
  }

  #check(to: string, from: string, body: string): void {
    if (to === "") throw new Refusal(21_604, "A 'To' phone number is required");
    const magic = MAGIC_TO[to] ?? MAGIC_FROM[from];
    if (magic) throw new Refusal(...magic);
    if (!E164.test(to)) throw new Refusal(21_211, "The 'To' number is not a valid phone number");
    if (from === "") throw new Refusal(21_603, "A 'From' phone number is required");
    if (from !== MAGIC_FROM_VALID && !this.#ownNumbers.includes(from)) {
      throw new Refusal(21_606, "The 'From' number is not a message-capable number of this account");
    }
    if (body === "") throw new Refusal(21_602, "Message body is required");
    if (body.length > MAX_BODY_CHARACTERS)
      throw new Refusal(21_617, "The message body exceeds 1600 characters");
  }

  #report(message: Message, status: MessageStatus): void {
    message.status = status;
    if (!message.statusCallback) return;
    const fields = new URLSearchParams({
      MessageSid: message.sid,
      SmsSid: message.sid,
      MessageStatus: status,
      SmsStatus: status,
      To: message.to,
      From: message.from,
      AccountSid: this.#services.accountSid,
      ApiVersion: "2010-04-01",
    });
    void this.#services.webhooks.send(message.statusCallback, fields);
  }

  #list({ query }: RestRequest): RestReply {
    const hits = this.#messages.toReversed().filter((message) => {
      const matches = (name: string, value: string) => !query.has(name) || query.get(name) === value;
      return matches("To", message.to) && matches("From", message.from);
    });
    const messages = hits.map((message) => this.#render(message));
    return { status: 200, body: pageOf("messages", messages, `${this.#path}.json`, query) };
  }

  #fetch(sid: string): RestReply {
    const message = this.#messages.find((candidate) => candidate.sid === sid);
    if (!message) throw new Refusal(20_404, "", 404);
    return { status: 200, body: this.#render(message) };
  }

  #render(message: Message): unknown {
    const uri = `${this.#path}/${message.sid}`;
    return {
      sid: message.sid,
      account_sid: this.#services.accountSid,
      api_version: "2010-04-01",
      to: message.to,
      from: message.from,
      body: message.body,
      status: message.status,
      direction: "outbound-api",
      num_segments: String(Math.max(1, Math.ceil(message.body.length / 160))),
      num_media: "0",
      messaging_service_sid: null,
      error_code: null,
      error_message: null,
      price: null,
      price_unit: "USD",
      date_created: rfc2822(message.createdAtMs),
      date_updated: rfc2822(this.#services.clock.nowMs()),
      date_sent: message.status === "queued" ? null : rfc2822(message.createdAtMs),
      uri: `${uri}.json`,
      subresource_uris: { media: `${uri}/Media.json` },
    };
  }
}
