import type { AlertRule } from "#shared/alerts.ts";

/** Of how many it was more than it may be. */
export type Share = { count: number; bad: number };

/** What the rules look at. */
export type AlertFigures = {
  /** Calls that are due and wait for a line. */
  queueDepth: number;
  /** Calls that ended in the last hour, and those of them that failed. */
  ended: Share;
  /** Requests to this server in the last minutes, and those slower than a second. */
  requests: Share;
  /** Talks that this server began in the last minutes, and those whose first word came later than 1.5 s. */
  firstWords: Share;
  /** Jobs of this server that failed in the last minutes. */
  jobsFailed: number;
};

const MAX_QUEUE = 100;
/** One in twenty: 95 % success, or a 95th percentile. */
const MAX_SHARE = 0.05;
/** Of fewer, one alone would be too large a share. */
const FEWEST = 20;

/** Which rules are broken now, each with a sentence (PRODUCT O2) [IN10]. Pure. */
export function brokenRules(figures: AlertFigures): { rule: AlertRule; detail: string }[] {
  const { queueDepth, ended, requests, firstWords, jobsFailed } = figures;
  const rules: { rule: AlertRule; broken: boolean; detail: string }[] = [
    { rule: "queue_deep", broken: queueDepth > MAX_QUEUE, detail: `${queueDepth} calls wait for a line.` },
    {
      rule: "calls_fail",
      broken: isTooMany(ended),
      detail: `${ended.bad} of the ${ended.count} calls of the last hour failed.`,
    },
    {
      rule: "api_slow",
      broken: isTooMany(requests),
      detail: `${requests.bad} of ${requests.count} requests took more than a second.`,
    },
    { rule: "job_failed", broken: jobsFailed > 0, detail: `${jobsFailed} background jobs failed.` },
    {
      rule: "first_word_slow",
      broken: isTooMany(firstWords),
      detail: `In ${firstWords.bad} of ${firstWords.count} calls the first word came later than 1.5 s.`,
    },
  ];
  return rules.filter((one) => one.broken).map(({ rule, detail }) => ({ rule, detail }));
}

const isTooMany = ({ count, bad }: Share): boolean => count >= FEWEST && bad > count * MAX_SHARE;
