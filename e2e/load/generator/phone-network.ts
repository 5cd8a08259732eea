import { LoadCall } from "#e2e/load/generator/load-call.ts";
import type { Measures } from "#e2e/load/generator/measures.ts";
import { PhoneStream } from "#e2e/load/generator/phone-stream.ts";
import { signatureOf, withoutFragment } from "#server/sandbox/phone/signature.ts";
import { randomBytes } from "node:crypto";

const RING_MS = 300;
const AMD_MS = 1500;
const TICK_MS = 1;
const SPREAD_MS = 10;

export type Account = { accountSid: string; authToken: string };

type Dialled = {
  sid: string;
  to: string;
  from: string;
  url: string;
  statusCallback: string;
  amdCallback: string | null;
  status: string;
  answeredAtMs: number | null;
};

/** Every phone of the run: dials, tells the webhooks, holds the media sockets, and moves all of them in one loop on a clock that does not drift. */
export class PhoneNetwork {
  readonly calls = new Map<number, LoadCall>();
  readonly #account: Account;
  readonly #measures: Measures;
  readonly #dialled = new Map<string, Dialled>();
  readonly #streams = new Map<string, PhoneStream>();
  readonly #loop: NodeJS.Timeout;
  #numbers = 0;
  #hangingUp = false;
  /** Webhooks that were not answered with 2xx. */
  webhooksFailed = 0;
  /** Media sockets that the far end closed while the phone was still in somebody's hand. */
  streamsLost = 0;

  constructor(account: Account, measures: Measures) {
    this.#account = account;
    this.#measures = measures;
    this.#loop = setInterval(() => this.#tick(), TICK_MS);
  }

  get streams(): number {
    return this.#streams.size;
  }

  /** The next calls are counted anew. */
  reset(): void {
    this.calls.clear();
    this.#dialled.clear();
    this.webhooksFailed = 0;
    this.streamsLost = 0;
  }

  stop(): void {
    clearInterval(this.#loop);
    for (const stream of this.#streams.values()) stream.destroy();
  }

  #tick(): void {
    const nowMs = performance.now();
    for (const stream of this.#streams.values()) stream.tick(nowMs);
  }

  /** Phones that connect straight to a bridge, without REST and webhooks. */
  async connect(url: string, calls: number): Promise<void> {
    this.#hangingUp = false;
    const opening: Promise<unknown>[] = [];
    for (let call = 0; call < calls; call++) {
      opening.push(this.#openStream(url, null, { sid: newCallSid(), attemptId: null }, () => undefined));
      await new Promise((resolve) => setTimeout(resolve, SPREAD_MS));
    }
    await Promise.all(opening);
  }

  /** `POST Calls.json`. */
  dial(form: URLSearchParams): Dialled {
    const call: Dialled = {
      sid: newCallSid(),
      to: form.get("To") ?? "",
      from: form.get("From") ?? "",
      url: form.get("Url") ?? "",
      statusCallback: form.get("StatusCallback") ?? "",
      amdCallback: form.get("AsyncAmdStatusCallback"),
      status: "queued",
      answeredAtMs: null,
    };
    this.#hangingUp = false;
    this.#dialled.set(call.sid, call);
    setTimeout(() => void this.#ring(call), 0);
    return call;
  }

  find(sid: string): Dialled | null {
    return this.#dialled.get(sid) ?? null;
  }

  /** `POST Calls/:sid.json` with a status. */
  async end(call: Dialled): Promise<void> {
    if (call.status === "completed") return;
    const wasAnswered = call.answeredAtMs !== null;
    call.status = wasAnswered ? "completed" : "canceled";
    this.#streams.get(call.sid)?.stop();
    await this.#tellStatus(call, 3);
  }

  /** Everybody hangs up; resolves when the webhooks are told. */
  async hangUpAll(): Promise<void> {
    this.#hangingUp = true;
    const sids = [...this.#streams.keys()];
    for (const sid of sids) {
      this.#streams.get(sid)?.stop();
      const call = this.#dialled.get(sid);
      if (call !== undefined) await this.end(call);
    }
    // The far end closes; what it still sends to the voice peer is on its way.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    for (const stream of this.#streams.values()) stream.destroy();
    // Whoever closes only with its phone needs a moment for the other side.
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }

  async #ring(call: Dialled): Promise<void> {
    await this.#move(call, "initiated", 0);
    await this.#move(call, "ringing", 1);
    await new Promise((resolve) => setTimeout(resolve, RING_MS));
    if (call.status !== "ringing") return;
    call.answeredAtMs = performance.now();
    const told = this.#move(call, "in-progress", 2);
    const twiml = await this.#tell(call.url, this.#fields(call));
    await told;
    const { amdCallback } = call;
    if (amdCallback !== null) {
      const fields = { ...this.#fields(call), AnsweredBy: "human", MachineDetectionDuration: "1500" };
      setTimeout(() => void this.#tell(amdCallback, fields), AMD_MS);
    }
    await this.#follow(call, twiml);
  }

  async #follow(call: Dialled, twiml: string): Promise<void> {
    const [, url] = /<Stream [^>]*url="([^"]+)"/.exec(twiml) ?? [];
    if (url === undefined) return this.end(call);
    const [, action] = /<Connect [^>]*action="([^"]+)"/.exec(twiml) ?? [];
    const attemptId = url.split("/").at(-2) ?? null;
    const signature = signatureOf(this.#account.authToken, url, new URLSearchParams());
    const ended = async () => {
      if (call.status !== "in-progress") return;
      await this.#follow(call, await this.#tell(action ?? "", this.#fields(call)));
    };
    const askedAtMs = performance.now();
    try {
      await this.#openStream(url, signature, { sid: call.sid, attemptId }, () => void ended());
    } catch (error) {
      // As the carrier does: the stream could not be opened, and the action is asked what now.
      console.error(
        `a media socket was not opened ${Math.round(performance.now() - askedAtMs)} ms on: ${String(error)}`,
      );
      this.streamsLost += 1;
      await ended();
    }
  }

  async #openStream(
    url: string,
    signature: string | null,
    { sid, attemptId }: { sid: string; attemptId: string | null },
    onEnd: () => void,
  ): Promise<void> {
    const call = new LoadCall(this.#numbers++ % 65_536, this.#measures);
    this.calls.set(call.number, call);
    const ids = { accountSid: this.#account.accountSid, callSid: sid, attemptId };
    const onClosed = () => {
      this.#streams.delete(sid);
      if (!this.#hangingUp) this.streamsLost += 1;
      onEnd();
    };
    this.#streams.set(sid, await PhoneStream.open(url, signature, { call, ids, onClosed }));
  }

  #fields(call: Dialled): Record<string, string> {
    const { accountSid } = this.#account;
    const { sid, from, to, status } = call;
    return {
      AccountSid: accountSid,
      CallSid: sid,
      From: from,
      To: to,
      CallStatus: status,
      Direction: "outbound-api",
    };
  }

  #move(call: Dialled, status: string, sequence: number): Promise<unknown> {
    call.status = status === "initiated" ? "queued" : status;
    return this.#tellStatus({ ...call, status }, sequence);
  }

  #tellStatus(call: Dialled, sequence: number): Promise<unknown> {
    const seconds =
      call.answeredAtMs === null ? 0 : Math.ceil((performance.now() - call.answeredAtMs) / 1000);
    const fields = { ...this.#fields(call), SequenceNumber: String(sequence) };
    return this.#tell(
      call.statusCallback,
      call.status === "completed" ? { ...fields, CallDuration: String(seconds) } : fields,
    );
  }

  /** One signed webhook; the answer's text, empty when it failed. */
  async #tell(link: string, fields: Record<string, string>): Promise<string> {
    const url = withoutFragment(link);
    const body = new URLSearchParams(fields);
    const signature = signatureOf(this.#account.authToken, url, body);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "x-twilio-signature": signature },
        body,
      });
      if (!response.ok) this.webhooksFailed += 1;
      return response.ok ? await response.text() : "";
    } catch {
      this.webhooksFailed += 1;
      return "";
    }
  }
}

const newCallSid = () => `CA${randomBytes(16).toString("hex")}`;
