/** Warnings and errors in a log, each message with how often it came; its fields stay where they are. */
export function complaintsIn(log: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of log.split("\n")) {
    const [, message] = /"msg":"([^"]*)"/.exec(line) ?? [];
    const [, code = ""] = /"(?:reason|errorName|code)":"([^"]*)"/.exec(line) ?? [];
    if (message === undefined || !/"level":"(?:warn|error)"/.test(line)) continue;
    const said = `${message} ${code}`.trim();
    counts[said] = (counts[said] ?? 0) + 1;
  }
  return counts;
}
