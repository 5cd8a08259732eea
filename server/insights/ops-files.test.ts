import { createMetrics } from "#server/observability/metrics.ts";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const fileOf = (name: string) => readFileSync(new URL(`../../ops/${name}`, import.meta.url), "utf8");
/** A metric is a word with an underscore that begins like ours or like the process's own. */
const namesIn = (text: string) => new Set(text.match(/\b(?:ringside|process|nodejs)_[a-z_]+\b/g));

/** Every name under which `/metrics` tells something; a histogram tells its buckets, sum and count. */
async function published(): Promise<Set<string>> {
  const metrics = createMetrics();
  const all = await metrics.registry.getMetricsAsJSON();
  return new Set(
    all.flatMap(({ name, type }) =>
      String(type) === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

test.each(["prometheus-rules.yml", "grafana-dashboard.json"])(
  "[IN13] every metric of ops/%s is published",
  async (name) => {
    const named = namesIn(fileOf(name));
    const known = await published();
    expect(named.size).toBeGreaterThan(4);
    expect([...named].filter((one) => !known.has(one))).toEqual([]);
  },
);

test("[IN13] the limits of Prometheus are those of the wall", () => {
  const rules = fileOf("prometheus-rules.yml");
  for (const limit of ["> 100", "> 0.05 *", "> 1000", "> 0\n", "> 1500"]) expect(rules).toContain(limit);
  expect(rules.match(/- alert:/g)).toHaveLength(5);
  const panels: unknown = JSON.parse(fileOf("grafana-dashboard.json")).panels;
  expect(panels).toHaveLength(12);
});
