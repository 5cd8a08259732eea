/** Generous: the machine may be busy with other things. What is measured is whether, never how fast. */
const DEADLINE_MS = 60_000;
const LOOK_EVERY_MS = 60;

/** One look at the world; `null`, `undefined` and `false` mean "not yet". */
type Probe<Value> = () => Promise<Value | null | undefined | false> | Value | null | undefined | false;

/**
 * Looks again and again until `probe` finds something, and returns it.
 * @throws an Error that names `what` when the deadline passed; what the last look threw is its cause
 */
export async function until<Value>(
  what: string,
  probe: Probe<Value>,
  withinMs = DEADLINE_MS,
  everyMs = LOOK_EVERY_MS,
): Promise<Exclude<Value, false>> {
  const deadline = performance.now() + withinMs;
  let lastError: unknown;
  for (;;) {
    try {
      const found = await probe();
      if (found !== null && found !== undefined && found !== false) return found as Exclude<Value, false>;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`Not within ${withinMs} ms: ${what}.`, { cause: lastError });
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
