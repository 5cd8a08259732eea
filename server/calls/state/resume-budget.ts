/** How often the carrier may be told to connect again (reliability I8): a line that keeps breaking is given up. */
const MAX_RESUMES = 10;
const MAX_RESUMES_PER_WINDOW = 3;
const WINDOW_MS = 60_000;

/** `connectedAts`: the instants at which the carrier was told to connect, the first one included. */
export function mayConnectAgain(connectedAts: readonly number[], nowMs: number): boolean {
  const resumes = connectedAts.slice(1);
  const lately = resumes.filter((at) => nowMs - at < WINDOW_MS).length;
  return resumes.length < MAX_RESUMES && lately < MAX_RESUMES_PER_WINDOW;
}
