import type { Clock, Timer } from "#server/lib/clock.ts";
import { BoundedMap } from "#server/voice/openai/bounded.ts";

/**
 * What an answer is asked for. `say` goes before the others; `rescue` is our own second try for a turn the service left unanswered and gives way
 * to any answer the service makes itself.
 */
export type AnswerRequest = {
  readonly purpose: "say" | "respond" | "tool" | "rescue";
  /** Replaces the session's instructions for this answer, so it begins with them. */
  readonly instructions: string | null;
  readonly isRetry: boolean;
  /** Told with the answer. */
  readonly ref?: string | undefined;
};

export type SequencerWire = {
  /** `requestId` is the event's id and the answer's `metadata.client_event_id`. */
  create(requestId: string, request: AnswerRequest): void;
  cancel(responseId: string): void;
  /** An answer did not end although it was cancelled; it is forgotten now. */
  stuck(responseId: string): void;
  /** The request will not be answered; nothing of it was heard. */
  gaveUp(requestId: string, request: AnswerRequest, code: string): void;
};

type Waiting = { readonly id: string; readonly request: AnswerRequest; sends: number };
type Asking = { readonly waiting: Waiting; cancelWanted: boolean; readonly deadline: Timer };
type Answering = {
  readonly responseId: string;
  readonly request: AnswerRequest | null;
  cancelSent: boolean;
  deadline: Timer;
};

const CONFLICT = "conversation_already_has_active_response";
const QUEUE_LIMIT = 16;
const MAX_SENDS = 2;
const UNANSWERED_MS = 5000;
const PAUSE_MS = 1000;
/** An answer of the longest permitted length is generated in far less. */
const ENDLESS_MS = 30_000;
/** A service that neither ends nor cancels an answer leaves the caller in silence. */
const CANCEL_GRACE_MS = 2000;
const REMEMBERED = 64;

/**
 * The one place that asks for answers: at most one request is under way, and only while no answer runs. The service makes answers of its own
 * (after a turn of the consumer), so a request can lose the race and be refused: it then waits for that answer's end. Waits for nothing for ever:
 * every state has a deadline.
 */
export class ResponseSequencer {
  readonly #clock: Clock;
  readonly #wire: SequencerWire;
  readonly #finished = new BoundedMap<true>(REMEMBERED);
  #queue: Waiting[] = [];
  #asking: Asking | null = null;
  #answering: Answering | null = null;
  /** Not wanted, and not known to run yet. */
  #unwanted: string | null = null;
  #pause: Timer | null = null;
  #running = false;
  #count = 0;

  constructor(clock: Clock, wire: SequencerWire) {
    this.#clock = clock;
    this.#wire = wire;
  }

  get isIdle(): boolean {
    return !this.#asking && !this.#answering && this.#queue.length === 0;
  }

  /** The session is ready: what waited is sent. */
  start(): void {
    this.#running = true;
    this.#pump();
  }

  stop(): void {
    this.#running = false;
    this.#queue = [];
    this.#forgetAsking();
    this.#forgetAnswering();
    this.#pause?.cancel();
  }

  request(request: AnswerRequest): void {
    this.#count += 1;
    const waiting: Waiting = { id: `answer_${this.#count}`, request, sends: 0 };
    if (this.#queue.length >= QUEUE_LIMIT) {
      this.#wire.gaveUp(waiting.id, request, "too_many_requests_waiting");
      return;
    }
    this.#enqueue(waiting, "last");
    this.#pump();
  }

  /** Stops the running answer and the one just asked for; what waits stays. */
  cancel(): void {
    if (this.#asking) this.#asking.cancelWanted = true;
    if (this.#answering) this.#cancelAnswering(this.#answering);
  }

  /** Stops this answer if it is the running one, or when it becomes that; what was asked for meanwhile stays. */
  cancelAnswer(responseId: string): void {
    if (this.#answering?.responseId === responseId) this.#cancelAnswering(this.#answering);
    else this.#unwanted = responseId;
  }

  isAnswering(responseId: string): boolean {
    return this.#answering?.responseId === responseId;
  }

  /** A new turn of the consumer makes our second try for the old one pointless. */
  dropRescues(): void {
    this.#queue = this.#queue.filter(({ request }) => request.purpose !== "rescue");
  }

  /** Whether the same answer is already asked for or waits to be. */
  isAskedFor({ purpose, instructions }: AnswerRequest): boolean {
    const asked = this.#asking ? [this.#asking.waiting, ...this.#queue] : this.#queue;
    return asked.some(
      ({ request }) =>
        request.instructions === instructions && (request.purpose === "say") === (purpose === "say"),
    );
  }

  /** What was asked for, and the service has not answered yet. */
  waiting(requestId: string | null): AnswerRequest | null {
    const asked = this.#asking ? [this.#asking.waiting, ...this.#queue] : this.#queue;
    return asked.find(({ id }) => id === requestId)?.request ?? null;
  }

  /** What this answer was asked for; null when the service made it itself. */
  requestOf(responseId: string): AnswerRequest | null {
    return this.#answering?.responseId === responseId ? this.#answering.request : null;
  }

  /** `response.created` */
  created(responseId: string, requestId: string | null): void {
    if (this.#finished.has(responseId) || this.#answering?.responseId === responseId) return;
    const cancelWanted = this.#asking?.waiting.id === requestId && this.#asking.cancelWanted;
    const request = this.#claim(requestId);
    if (!request) this.dropRescues();
    this.#answering?.deadline.cancel();
    const answering: Answering = {
      responseId,
      request,
      cancelSent: false,
      deadline: this.#clock.after(ENDLESS_MS, () => this.#onEndless(responseId)),
    };
    this.#answering = answering;
    if (cancelWanted || this.#unwanted === responseId) this.#cancelAnswering(answering);
  }

  /** `response.done`, with or without `response.created` before it. Returns what the answer was asked for. */
  ended(responseId: string, requestId: string | null): AnswerRequest | null {
    const request = this.requestOf(responseId);
    this.#finished.set(responseId, true);
    if (this.#answering?.responseId === responseId) this.#forgetAnswering();
    const claimed = this.#claim(requestId);
    this.#pump();
    return request ?? claimed;
  }

  /** An `error` event that may be about our request; `eventId` is null on the wire now and then even when it is. */
  refused(code: string, eventId: string | null): void {
    const asking = this.#asking;
    const isConflict = code === CONFLICT;
    if (!asking || !(eventId === asking.waiting.id || (isConflict && eventId === null))) return;
    this.#forgetAsking();
    const isUnwanted = asking.cancelWanted || (isConflict && asking.waiting.request.purpose === "rescue");
    if (isConflict) asking.waiting.sends = 0;
    if (!isUnwanted) this.#tryAgain(asking.waiting, code);
    if (!this.#answering) this.#pauseThenPump();
  }

  /** The service had nothing to cancel: whatever we took for the running answer is over. */
  cancelRefused(): void {
    if (!this.#answering?.cancelSent) return;
    this.#forgetAnswering();
    this.#pump();
  }

  #enqueue(waiting: Waiting, place: "first" | "last"): void {
    const says = this.#queue.filter(({ request }) => request.purpose === "say");
    const others = this.#queue.filter(({ request }) => request.purpose !== "say");
    const own = waiting.request.purpose === "say" ? says : others;
    if (place === "first") own.unshift(waiting);
    else own.push(waiting);
    this.#queue = [...says, ...others];
  }

  #pump(): void {
    if (!this.#running || this.#asking || this.#answering || this.#pause) return;
    const waiting = this.#queue.shift();
    if (!waiting) return;
    waiting.sends += 1;
    const deadline = this.#clock.after(UNANSWERED_MS, () => this.#onUnanswered(waiting));
    this.#asking = { waiting, cancelWanted: false, deadline };
    this.#wire.create(waiting.id, waiting.request);
  }

  /** Takes the request out of wherever it is: a late answer to an earlier send must not be asked for again. */
  #claim(requestId: string | null): AnswerRequest | null {
    if (requestId === null) return null;
    if (this.#asking?.waiting.id === requestId) {
      const { request } = this.#asking.waiting;
      this.#forgetAsking();
      return request;
    }
    const waiting = this.#queue.find(({ id }) => id === requestId);
    this.#queue = this.#queue.filter(({ id }) => id !== requestId);
    return waiting?.request ?? null;
  }

  #tryAgain(waiting: Waiting, code: string): void {
    if (waiting.sends < MAX_SENDS) this.#enqueue(waiting, "first");
    else this.#wire.gaveUp(waiting.id, waiting.request, code);
  }

  #cancelAnswering(answering: Answering): void {
    if (answering.cancelSent) return;
    answering.cancelSent = true;
    answering.deadline.cancel();
    answering.deadline = this.#clock.after(CANCEL_GRACE_MS, () => {
      if (this.#answering !== answering) return;
      this.#forgetAnswering();
      this.#wire.stuck(answering.responseId);
      this.#pump();
    });
    this.#wire.cancel(answering.responseId);
  }

  #onUnanswered(waiting: Waiting): void {
    if (this.#asking?.waiting !== waiting) return;
    const { cancelWanted } = this.#asking;
    this.#forgetAsking();
    if (!cancelWanted) this.#tryAgain(waiting, "no_reply");
    this.#pump();
  }

  #onEndless(responseId: string): void {
    const answering = this.#answering;
    if (answering?.responseId === responseId) this.#cancelAnswering(answering);
  }

  #pauseThenPump(): void {
    this.#pause?.cancel();
    this.#pause = this.#clock.after(PAUSE_MS, () => {
      this.#pause = null;
      this.#pump();
    });
  }

  #forgetAsking(): void {
    this.#asking?.deadline.cancel();
    this.#asking = null;
  }

  #forgetAnswering(): void {
    this.#answering?.deadline.cancel();
    this.#answering = null;
  }
}
