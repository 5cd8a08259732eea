/** What became of each of many cancels. */
export type ManyCancelled = { cancelled: string[]; tooLate: string[]; failed: string[] };

/** So many requests are under way at once. */
const AT_ONCE = 4;

/**
 * Cancels each call, a few at a time; one that fails does not stop the others. `progress` is told how many are done after each. Never
 * rejects.
 */
export async function cancelMany(
  callIds: readonly string[],
  cancel: (callId: string) => Promise<{ cancelled: boolean }>,
  progress: (done: number) => void,
): Promise<ManyCancelled> {
  const result: ManyCancelled = { cancelled: [], tooLate: [], failed: [] };
  const waiting = [...callIds];
  let done = 0;
  const work = async () => {
    for (let callId = waiting.shift(); callId !== undefined; callId = waiting.shift()) {
      const became = await cancel(callId).then(
        (reply) => (reply.cancelled ? "cancelled" : "tooLate"),
        () => "failed" as const,
      );
      result[became].push(callId);
      progress((done += 1));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return result;
}
