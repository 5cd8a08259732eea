import { ResponseSequencer } from "#server/voice/openai/response-sequencer.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

type ToService = { kind: "create"; requestId: string } | { kind: "cancel"; responseId: string };
type ToClient =
  | { kind: "created" | "done"; responseId: string; requestId: string | null }
  | { kind: "conflict"; eventId: string | null }
  | { kind: "nothingToCancel" };

const step = fc.oneof(
  fc
    .constantFrom("say", "respond", "cancel", "service reads", "client reads", "service answers a turn")
    .map((kind) => ({ kind, flag: false })),
  fc.record({
    kind: fc.constantFrom("service finishes", "service reads", "client reads"),
    flag: fc.boolean(),
  }),
);

/** The service's side of the rules: one answer at a time, everything on one ordered wire. */
class World {
  readonly clock = new ManualClock();
  readonly accepted: string[] = [];
  readonly said: string[] = [];
  readonly cancelled = new Set<string>();
  /** Beyond the bound of the queue: told, not lost. */
  readonly refused = new Set<string>();
  readonly #sequencer: ResponseSequencer;
  #toService: ToService[] = [];
  #toClient: ToClient[] = [];
  #active: { responseId: string; requestId: string | null } | null = null;
  #outstanding: string | null = null;
  #running: string | null = null;
  #count = 0;
  #responses = 0;
  mostOutstanding = 0;

  constructor() {
    this.#sequencer = new ResponseSequencer(this.clock, {
      create: (requestId) => {
        // Seen from the client: a create before the last one's reply would be a second one under way.
        this.mostOutstanding = Math.max(this.mostOutstanding, this.#outstanding === null ? 1 : 2);
        this.#outstanding = requestId;
        this.#toService.push({ kind: "create", requestId });
      },
      cancel: (responseId) => this.#toService.push({ kind: "cancel", responseId }),
      gaveUp: (requestId) => this.refused.add(requestId),
      stuck: () => undefined,
    });
    this.#sequencer.start();
  }

  get isQuiet(): boolean {
    return (
      this.#toService.length === 0 && this.#toClient.length === 0 && !this.#active && this.#sequencer.isIdle
    );
  }

  do(kind: string, flag: boolean): void {
    if (kind === "say" || kind === "respond") this.#ask(kind);
    else if (kind === "cancel") this.#cancel();
    else if (kind === "service reads") this.#serviceReads(flag);
    else if (kind === "client reads") this.#clientReads();
    else if (kind === "service answers a turn") this.#begin(null);
    else this.#finish();
  }

  #ask(purpose: "say" | "respond"): void {
    this.#count += 1;
    if (purpose === "say") this.said.push(`answer_${this.#count}`);
    this.#sequencer.request({ purpose, instructions: null, isRetry: false });
  }

  #cancel(): void {
    if (this.#outstanding !== null) this.cancelled.add(this.#outstanding);
    if (this.#running !== null) this.cancelled.add(this.#running);
    this.#sequencer.cancel();
  }

  #begin(requestId: string | null): void {
    if (this.#active) return;
    this.#responses += 1;
    const responseId = `resp_${this.#responses}`;
    this.#active = { responseId, requestId };
    this.#toClient.push({ kind: "created", responseId, requestId });
  }

  #finish(): void {
    if (!this.#active) return;
    this.#toClient.push({ kind: "done", ...this.#active });
    this.#active = null;
  }

  #serviceReads(hidesEventId: boolean): void {
    const event = this.#toService.shift();
    if (event?.kind === "cancel") {
      if (this.#active?.responseId === event.responseId) this.#finish();
      else this.#toClient.push({ kind: "nothingToCancel" });
    }
    if (event?.kind !== "create") return;
    if (this.#active) {
      this.#toClient.push({ kind: "conflict", eventId: hidesEventId ? null : event.requestId });
      return;
    }
    this.accepted.push(event.requestId);
    this.#begin(event.requestId);
  }

  #clientReads(): void {
    const event = this.#toClient.shift();
    if (!event) return;
    if (event.kind === "created") {
      if (event.requestId === this.#outstanding) this.#outstanding = null;
      this.#running = event.requestId;
      this.#sequencer.created(event.responseId, event.requestId);
    } else if (event.kind === "done") {
      this.#running = null;
      this.#sequencer.ended(event.responseId, event.requestId);
    } else if (event.kind === "conflict") {
      this.#outstanding = null;
      this.#sequencer.refused("conversation_already_has_active_response", event.eventId);
    } else this.#sequencer.cancelRefused();
  }
}

test("[VO5] whatever the order of creates, ends, cancels and refusals: never two requests under way, no words lost or said twice", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const world = new World();
      for (const { kind, flag } of steps) world.do(kind, flag);
      for (let round = 0; round < 500 && !world.isQuiet; round += 1) {
        world.do("service reads", false);
        world.do("client reads", false);
        world.do("service finishes", false);
        world.clock.advance(1);
      }
      expect(world.isQuiet).toBe(true);
      expect(world.mostOutstanding).toBeLessThan(2);
      expect(new Set(world.accepted).size).toBe(world.accepted.length);
      const answered = new Set([...world.accepted, ...world.cancelled, ...world.refused]);
      expect(world.said.filter((requestId) => !answered.has(requestId))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
