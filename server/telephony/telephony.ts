import type { PeerHealth } from "#server/lib/peer-health.ts";

/**
 * The telephony port: what the product needs of a phone carrier. Twilio's facts (codes, webhooks, sockets) stay in the adapter.
 */

/** One dial of one attempt. `attemptId` goes into the path of every URL the carrier gets (DESIGN §2.7). */
export type DialRequest = {
  attemptId: string;
  /** E.164. */
  to: string;
  /** E.164, one of our own numbers. */
  from: string;
  ringTimeoutSeconds: number;
  timeLimitSeconds: number;
  /** Tell of a machine when its greeting is over, so that a message can be left; otherwise as soon as it is recognised. */
  awaitGreetingEnd: boolean;
};

/**
 * What a dial request led to. Only `refused`, `throttled` and `unsent` prove that no phone rings; after `unknown` the phone may ring, and
 * nothing may dial again before the attempt was reconciled (twilio.md §9).
 */
export type DialOutcome =
  | { kind: "placed"; carrierCallId: string; status: CarrierStatus }
  /** The carrier said no to this number or request; `permanent` = asking again will never help. */
  | { kind: "refused"; permanent: boolean; code: number | null; reason: string }
  /** The carrier did not process it because we are too fast; the same attempt may be sent again. */
  | { kind: "throttled" }
  /** Our account may not dial: stop dialling altogether and tell the operator. */
  | { kind: "unauthorized"; reason: string }
  /** The request never left this machine. */
  | { kind: "unsent"; reason: string }
  | { kind: "unknown"; reason: string };

export type CarrierStatus =
  | "queued"
  | "initiated"
  | "ringing"
  | "in_progress"
  | "completed"
  | "busy"
  | "no_answer"
  | "failed"
  | "cancelled";

export type CarrierCall = {
  carrierCallId: string;
  status: CarrierStatus;
  durationSeconds: number | null;
  /** What the carrier charged; null until it is rated. */
  priceCents: number | null;
};

/** `over`: the carrier knows the call has ended or does not know it. `unreachable`: nothing is known, ask again. */
export type EndOutcome =
  | { kind: "accepted"; status: CarrierStatus }
  | { kind: "over" }
  | { kind: "unreachable"; reason: string };

export type FetchOutcome =
  | { kind: "found"; call: CarrierCall }
  | { kind: "absent" }
  | { kind: "unreachable"; reason: string };

export type SmsOutcome =
  | { kind: "sent" }
  | { kind: "refused"; reason: string }
  | { kind: "unreachable"; reason: string };

export type Telephony = {
  /** Sends exactly one create request. Never repeats by itself. */
  dial(request: DialRequest): Promise<DialOutcome>;
  /** Makes the phone stop: cancels while it rings, completes while it talks. The carrier's own reply says which it was. */
  end(carrierCallId: string): Promise<EndOutcome>;
  /**
   * Makes the carrier leave whatever it does with a phone that was picked up, a running stream too, and follow this instead. `over`: nobody holds
   * that phone.
   */
  instruct(carrierCallId: string, attemptId: string, instruction: AnswerInstruction): Promise<EndOutcome>;
  fetch(carrierCallId: string): Promise<FetchOutcome>;
  /**
   * Looks for the call of an attempt whose dial reply was lost, by the attempt id in the carrier's record of the create request.
   * `absent` only says that this listing did not show it (listings lag).
   */
  find(search: { attemptId: string; to: string; from: string }): Promise<FetchOutcome>;
  sendSms(message: { to: string; body: string }): Promise<SmsOutcome>;
  /** One cheap authenticated request. */
  check(): Promise<PeerHealth>;
  /** Our own numbers, E.164; dials take one of them. */
  readonly fromNumbers: readonly string[];
};

/** What the carrier should do with a phone that was picked up or whose stream ended. */
export type AnswerInstruction =
  /** Connect to our media socket with this one-use token. */
  | { kind: "connect"; token: string }
  /** Say one sentence, then hang up. */
  | { kind: "sayAndHangUp"; text: string }
  /** Ring a second phone (E.164) from one of our numbers and join both; `transferEnded` is asked when they part or nobody answered. */
  | { kind: "transfer"; to: string; from: string; ringTimeoutSeconds: number }
  | { kind: "hangUp" };

/** `talked`: the second phone was picked up and the two spoke. Otherwise the first phone is still in somebody's hand. */
export type TransferEnd = "talked" | "busy" | "no_answer" | "failed" | "cancelled";

export type StatusReport = {
  carrierCallId: string;
  status: CarrierStatus;
  /** Counts per carrier call from 0; reports arrive in any order. */
  sequence: number | null;
  durationSeconds: number | null;
};

export type MachineReport = {
  carrierCallId: string;
  answeredBy: "human" | "machine" | "fax" | "unknown";
  /** A machine's greeting is over: what is said from now on is recorded. */
  greetingEnded: boolean;
};

/**
 * What the carrier tells us. Implemented by `server/calls`, called by the adapter after it has checked the signature and parsed the
 * message. Every handler is idempotent: the carrier repeats, reorders and forgets.
 */
export type TelephonyEvents = {
  /** The phone was picked up; the answer is the last gate before a conversation. */
  answered(attemptId: string, carrierCallId: string): Promise<AnswerInstruction>;
  statusChanged(attemptId: string, report: StatusReport): Promise<void>;
  machineDetected(attemptId: string, report: MachineReport): Promise<void>;
  /** The media stream is over for whatever reason; the phone is still in somebody's hand. */
  streamEnded(attemptId: string, carrierCallId: string): Promise<AnswerInstruction>;
  /** A `transfer` instruction is over. */
  transferEnded(attemptId: string, carrierCallId: string, how: TransferEnd): Promise<AnswerInstruction>;
  /** The carrier could not open or keep the stream; for records only. */
  streamReported(
    attemptId: string,
    report: { event: "started" | "stopped" | "error"; code: string | null },
  ): void;
  /**
   * A media socket knocks. Takes the token away atomically: true exactly once per token. Called before the upgrade is accepted; no audio and
   * no voice session may start before it answered true.
   */
  admitStream(attemptId: string, token: string): Promise<boolean>;
  /** An admitted socket has sent its start message. Called synchronously, so that no frame is missed. */
  streamOpened(attemptId: string, token: string, stream: MediaStream): void;
};

/**
 * One media socket of one attempt: µ-law 8 kHz, base64, 20 ms frames in. The audio path never waits: every method returns at once, and
 * listeners must too.
 */
export type MediaStream = {
  readonly streamId: string;
  readonly carrierCallId: string;
  /** Set before `streamOpened` returns. Frames that came before are delivered first, in order. */
  listen(listener: MediaListener): void;
  /** Queues audio for the ear. */
  sendAudio(payloadBase64: string): void;
  /** Comes back through `markPlayed` once everything queued before it was played, or at once after `clear`. */
  sendMark(name: string): void;
  /** Throws away what is queued and not yet played. */
  clear(): void;
  /** Idempotent. Closing never hangs up the phone: the carrier then asks `streamEnded`. */
  close(reason: string): void;
  /** Bytes that the socket has not taken yet; a dead reader lets it grow. */
  bufferedBytes(): number;
};

export type MediaListener = {
  /** `timestampMs` counts from the start of the stream and may jump over silence. */
  audio(payloadBase64: string, timestampMs: number): void;
  markPlayed(name: string): void;
  keyPressed(key: string): void;
  /**
   * Once. `stopped` = it ended in order: the carrier said so, or we called `close`. `lost` = the socket went away without a word, or the
   * adapter gave it up (silent, flooding, or speaking nonsense).
   */
  closed(how: "stopped" | "lost"): void;
};
