import type { Share } from "#server/insights/alerts/alert-rules.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { Metrics } from "#server/observability/metrics.ts";

/** What is looked at: the last five minutes. */
const WINDOW_MS = 5 * 60_000;
const SLOW_REQUEST_MS = 1_000;
const SLOW_FIRST_WORD_MS = 1_500;

type Read = { requests: Share; firstWords: Share; jobsFailed: number };
type Snapshot = { atMs: number; read: Read };

/** What this server's metrics grew by in the last five minutes; they themselves only know since the start. */
export class RecentMetrics {
  readonly #metrics: Pick<Metrics, "httpRequestMs" | "answerToFirstWordMs" | "jobFailures">;
  readonly #clock: Pick<Clock, "monotonicMs">;
  #snapshots: Snapshot[] = [];

  constructor(metrics: Metrics, clock: Clock) {
    this.#metrics = metrics;
    this.#clock = clock;
  }

  async read(): Promise<Read> {
    const { httpRequestMs, answerToFirstWordMs, jobFailures } = this.#metrics;
    const [requests, firstWords, failures] = await Promise.all([
      httpRequestMs.get(),
      answerToFirstWordMs.get(),
      jobFailures.get(),
    ]);
    const read = {
      requests: shareAbove(requests.values, SLOW_REQUEST_MS),
      firstWords: shareAbove(firstWords.values, SLOW_FIRST_WORD_MS),
      jobsFailed: failures.values.reduce((sum, { value }) => sum + value, 0),
    };
    const atMs = this.#clock.monotonicMs();
    const known = this.#snapshots;
    // The newest that is old enough is where the window begins; what is older is of no use any more.
    const begin = known.findLastIndex((one) => atMs - one.atMs >= WINDOW_MS);
    this.#snapshots = [...known.slice(Math.max(0, begin)), { atMs, read }];
    return since(begin < 0 ? NOTHING : (known[begin]?.read ?? NOTHING), read);
  }
}

const NOTHING: Read = { requests: { count: 0, bad: 0 }, firstWords: { count: 0, bad: 0 }, jobsFailed: 0 };

const less = (now: Share, then: Share): Share => ({ count: now.count - then.count, bad: now.bad - then.bad });

const since = (then: Read, now: Read): Read => ({
  requests: less(now.requests, then.requests),
  firstWords: less(now.firstWords, then.firstWords),
  jobsFailed: now.jobsFailed - then.jobsFailed,
});

type BucketValue = {
  metricName?: string;
  labels: Record<string, string | number | undefined>;
  value: number;
};

/** `limit` is the upper bound of a bucket. */
function shareAbove(values: readonly BucketValue[], limit: number): Share {
  const sum = (of: (one: BucketValue) => boolean) =>
    values.filter(of).reduce((total, { value }) => total + value, 0);
  const count = sum(({ metricName }) => metricName?.endsWith("_count") === true);
  const within = sum(({ labels }) => labels["le"] === limit);
  return { count, bad: count - within };
}
