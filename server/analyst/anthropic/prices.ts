import type { AnalystUsage } from "#server/analyst/analyst.ts";

type Price = { readonly in: number; readonly cached: number; readonly out: number };

const SONNET: Price = { in: 2, cached: 0.1, out: 10 };

/** Changes with every change of a price below. */
export const PRICE_TABLE_VERSION = "anthropic-2026-11-23";

/** US dollars per million tokens as read on the table's date. */
const PRICES: ReadonlyMap<string, Price> = new Map([
  ["claude-haiku-5-5", { in: 0.1, cached: 0.01, out: 0.5 }],
  ["claude-sonnet-5-5", SONNET],
]);

const CENTS_PER_DOLLAR = 100;
const MILLION = 1_000_000;

/** List price of one answer, US cents with fractions. A model that is not in the table costs the dearer price: an estimate must not be too low. */
export function analystCents(model: string, usage: AnalystUsage): number {
  const name = [...PRICES.keys()].find((known) => model === known || model.startsWith(`${known}-`));
  const price = (name === undefined ? undefined : PRICES.get(name)) ?? SONNET;
  const cached = Math.min(usage.cachedInputTokens, usage.inputTokens);
  const dollars =
    (usage.inputTokens - cached) * price.in + cached * price.cached + usage.outputTokens * price.out;
  return (dollars / MILLION) * CENTS_PER_DOLLAR;
}
