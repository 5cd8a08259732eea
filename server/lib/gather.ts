/**
 * Turns a reading of many keys into one of a single key: what is asked for in the same turn of the event loop is read together, each key once.
 * Resolves to undefined for what the reading does not hold. @throws what the reading throws, to all who asked
 */
export function gather<Value>(
  readEach: (keys: string[]) => Promise<ReadonlyMap<string, Value>>,
): (key: string) => Promise<Value | undefined> {
  let asked = new Set<string>();
  let reading: Promise<ReadonlyMap<string, Value>> | null = null;
  const read = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    const keys = [...asked];
    asked = new Set();
    reading = null;
    return readEach(keys);
  };
  return async (key) => {
    asked.add(key);
    reading ??= read();
    return (await reading).get(key);
  };
}
