import type { Config } from "#server/config.ts";
import { loadOrMakeKeys, type StoredKeys } from "#server/lib/stored-keys.ts";

/** The keys of this installation: from the environment; what is not there comes from the data folder, made once. @throws StartProblem */
export function keysOf({ keys, dataDir }: Pick<Config, "keys" | "dataDir">): StoredKeys {
  const { sessionSecret, fieldKeys, indexKey } = keys;
  if (sessionSecret !== null && fieldKeys !== null && indexKey !== null) {
    return { sessionSecret, fieldKeys, indexKey };
  }
  const stored = loadOrMakeKeys(dataDir);
  return {
    sessionSecret: sessionSecret ?? stored.sessionSecret,
    fieldKeys: fieldKeys ?? stored.fieldKeys,
    indexKey: indexKey ?? stored.indexKey,
  };
}
