import { createMetrics } from "#server/observability/metrics.ts";
import { expect, test } from "vitest";

test("each process has a registry of its own and publishes the promised names", async () => {
  const first = createMetrics({ processMetrics: false });
  const second = createMetrics({ processMetrics: false });
  first.callsEnded.inc({ status: "completed" });
  const text = await first.registry.metrics();
  for (const name of [
    "ringside_calls_live",
    'ringside_calls_ended_total{status="completed"} 1',
    "ringside_queue_depth",
    "ringside_job_failures_total",
    "ringside_turn_latency_ms",
    "ringside_answer_to_first_word_ms",
    "ringside_http_request_duration_ms",
    "ringside_media_pieces_dropped_total",
    "ringside_webhooks_rejected_total",
  ]) {
    expect(text).toContain(name);
  }
  expect(await second.registry.metrics()).not.toContain('status="completed"');
});
