import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** Buckets in ms around what PRODUCT.md promises: API p95 80 ms (alert at 1 s). */
const REQUEST_BUCKETS_MS = [5, 10, 20, 40, 80, 160, 320, 640, 1000, 2500, 5000];
/** Buckets in ms of spoken turns: below half a second feels human, above 1.5 s raises an alert. */
const TURN_BUCKETS_MS = [100, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000, 10_000];

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Every figure that the process publishes under `/metrics`, in a registry of its own (two servers in one test process do not collide).
 * Labels are short closed lists (statuses, procedure names), never ids and never facts about people.
 */
export function createMetrics(options: { processMetrics?: boolean } = {}) {
  const registry = new Registry();
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry });
  return { registry, ...callMetrics(registry), ...edgeMetrics(registry) };
}

function callMetrics(registry: Registry) {
  const registers = [registry];
  return {
    callsLive: new Gauge({
      name: "ringside_calls_live",
      help: "Calls that have an actor in this process.",
      registers,
    }),
    callsEnded: new Counter({
      name: "ringside_calls_ended_total",
      help: "Calls that reached their end, by final status.",
      labelNames: ["status"] as const,
      registers,
    }),
    queueDepth: new Gauge({
      name: "ringside_queue_depth",
      help: "Calls that are due and wait for a line.",
      registers,
    }),
    jobFailures: new Counter({
      name: "ringside_job_failures_total",
      help: "Alarms whose work threw, by alarm name.",
      labelNames: ["job"] as const,
      registers,
    }),
    turnLatencyMs: new Histogram({
      name: "ringside_turn_latency_ms",
      help: "From the end of the callee's words to the first audible answer, ms.",
      buckets: TURN_BUCKETS_MS,
      registers,
    }),
    answerToFirstWordMs: new Histogram({
      name: "ringside_answer_to_first_word_ms",
      help: "From the answer of the phone to the first audible word of the agent, ms.",
      buckets: TURN_BUCKETS_MS,
      registers,
    }),
    mediaPiecesDropped: new Counter({
      name: "ringside_media_pieces_dropped_total",
      help: "Pieces of the agent's audio that a phone's socket did not take in time.",
      registers,
    }),
    callsResumed: new Counter({
      name: "ringside_calls_resumed_total",
      help: "Calls that went on over a new media stream.",
      registers,
    }),
  };
}

function edgeMetrics(registry: Registry) {
  const registers = [registry];
  return {
    httpRequestMs: new Histogram({
      name: "ringside_http_request_duration_ms",
      help: "Time from the head of a request to the end of its reply, ms.",
      labelNames: ["method", "route", "status"] as const,
      buckets: REQUEST_BUCKETS_MS,
      registers,
    }),
    webhooksRejected: new Counter({
      name: "ringside_webhooks_rejected_total",
      help: "Webhooks and media handshakes that were refused, by reason.",
      labelNames: ["reason"] as const,
      registers,
    }),
    socketsConnected: new Gauge({
      name: "ringside_sockets_connected",
      help: "Browser sockets connected to this process.",
      registers,
    }),
    soundPiecesDropped: new Counter({
      name: "ringside_sound_pieces_dropped_total",
      help: "Pieces of live sound that a listener, or the way to another server, did not take in time.",
      registers,
    }),
    rateLimited: new Counter({
      name: "ringside_rate_limited_total",
      help: "Requests refused by a limit, by limit.",
      labelNames: ["limit"] as const,
      registers,
    }),
  };
}
