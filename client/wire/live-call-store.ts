import { createStore, type Readable, type Store } from "#client/ui/store.ts";
import {
  hasGap,
  type LiveCall,
  NEW_LIVE_CALL,
  receiveDraft,
  receiveEvent,
  receiveWatched,
} from "#client/wire/live-call.ts";
import type { CallEvent, Draft } from "#shared/call/events.ts";
import type { WatchReply } from "#shared/contract/sockets.ts";

/** What a live call needs of the socket. Listeners get messages of all watched calls. */
export type CallTransport = {
  /** Rejects when the link is down or the answer does not come. */
  watch: (callId: string, after: number) => Promise<WatchReply>;
  unwatch: (callId: string) => void;
  onEvent: (listener: (event: CallEvent & { callId: string }) => void) => () => void;
  onDraft: (listener: (draft: Draft) => void) => () => void;
  onRevoked: (listener: (callId: string) => void) => () => void;
  /** Tells at once whether the link is up, then each change. */
  onLink: (listener: (isUp: boolean) => void) => () => void;
};

export type LiveCallParts = {
  transport: CallTransport;
  /** Runs the task soon and once: with the next picture the browser paints. */
  nextFrame: (task: () => void) => void;
  /** Runs the task after a pause; the answer calls it off. */
  later: (task: () => void, delayMs: number) => () => void;
  nowMs: () => number;
};

type Step = (call: LiveCall) => LiveCall;

const RETRY_MS = 1_000;

const refused: LiveCall["link"] = {
  state: "refused",
  code: "NOT_FOUND",
  message: "You may no longer see this call.",
};

/**
 * One call as it happens, outside React. It asks `call:watch` on every connect with the last number it has, folds what comes in
 * order once per frame, and asks again when a number is missing.
 */
export class LiveCallStore implements Readable<LiveCall> {
  readonly #callId: string;
  readonly #parts: LiveCallParts;
  readonly #shown: Store<LiveCall> = createStore(NEW_LIVE_CALL);
  /** Steps for the next frame. A frame comes at least four times a second, so this stays short. */
  #steps: Step[] = [];
  #endings: (() => void)[] = [];
  #callOffRetry: () => void = () => undefined;
  #isUp = false;
  #isAsking = false;
  /** Grows with each stop: an answer to an earlier question no longer counts. */
  #run = 0;

  constructor(callId: string, parts: LiveCallParts) {
    this.#callId = callId;
    this.#parts = parts;
  }

  get = (): LiveCall => this.#shown.get();
  subscribe = (listener: () => void): (() => void) => this.#shown.subscribe(listener);

  start(): void {
    const { transport } = this.#parts;
    this.#endings = [
      transport.onEvent((event) => {
        if (event.callId === this.#callId) this.#heard((call) => receiveEvent(call, event));
      }),
      transport.onDraft((draft) => {
        if (draft.callId === this.#callId) this.#heard((call) => receiveDraft(call, draft));
      }),
      transport.onRevoked((callId) => {
        if (callId === this.#callId) this.#change((call) => ({ ...call, link: refused }));
      }),
      transport.onLink((isUp) => this.#linkChanged(isUp)),
    ];
  }

  stop(): void {
    for (const end of this.#endings) end();
    this.#endings = [];
    this.#callOffRetry();
    if (this.#isUp) this.#parts.transport.unwatch(this.#callId);
    this.#isUp = false;
    this.#isAsking = false;
    this.#run += 1;
  }

  #linkChanged(isUp: boolean) {
    this.#isUp = isUp;
    if (isUp) return void this.#ask();
    const sinceMs = this.#parts.nowMs();
    this.#change((call) =>
      call.link.state === "live" ? { ...call, link: { state: "lost", sinceMs } } : call,
    );
  }

  async #ask(): Promise<void> {
    if (this.#isAsking || !this.#isUp || this.get().link.state === "refused") return;
    this.#isAsking = true;
    const run = this.#run;
    const reply = await this.#parts.transport.watch(this.#callId, this.get().view.seq).catch(() => null);
    if (run !== this.#run) return;
    this.#isAsking = false;
    const failed = reply !== null && !reply.ok && reply.code === "INTERNAL";
    if (reply !== null && !failed) return this.#take(reply);
    // The link broke, the server failed or the answer was too late. A connect asks again by itself; this covers the rest.
    this.#callOffRetry = this.#parts.later(() => void this.#ask(), RETRY_MS);
  }

  #take(reply: WatchReply) {
    if (reply.ok) return this.#heard((call) => ({ ...receiveWatched(call, reply), link: { state: "live" } }));
    const { code, message } = reply;
    if (code === "INTERNAL") return;
    this.#change((call) => ({ ...call, link: { state: "refused", code, message } }));
  }

  #heard(step: Step) {
    const heardAtMs = this.#parts.nowMs();
    this.#change((call) => ({ ...step(call), heardAtMs }));
  }

  #change(step: Step) {
    this.#steps.push(step);
    if (this.#steps.length === 1) this.#parts.nextFrame(() => this.#flush());
  }

  #flush() {
    const steps = this.#steps;
    this.#steps = [];
    this.#shown.set(steps.reduce((call, step) => step(call), this.get()));
    if (hasGap(this.get())) void this.#ask();
  }
}
