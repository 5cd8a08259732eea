import type { Clock } from "#server/lib/clock.ts";
import { endForHttp, type SessionEnd } from "#server/voice/openai/faults.ts";
import type { IncomingMessage } from "node:http";
import { z } from "zod";

const MAX_BODY_BYTES = 16 * 1024;
const BODY_WAIT_MS = 2000;

const bodySchema = z.object({ error: z.object({ code: z.string().nullish() }) });

function codeIn(body: string): string | null {
  try {
    return bodySchema.safeParse(JSON.parse(body)).data?.error.code ?? null;
  } catch {
    return null; // Not JSON: a proxy's page. The status alone decides.
  }
}

/**
 * The service answered the handshake with HTTP instead of a socket (wrong key, no quota, too many requests). The body holds the code that tells these
 * apart; it is read up to 16 KiB and 2 s. Calls `done` once.
 */
export function readRefusal(response: IncomingMessage, clock: Clock, done: (end: SessionEnd) => void): void {
  let body = "";
  let isDone = false;
  const finish = () => {
    if (isDone) return;
    isDone = true;
    timer.cancel();
    done(endForHttp(response.statusCode ?? 0, codeIn(body)));
  };
  const timer = clock.after(BODY_WAIT_MS, finish);
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    body += chunk;
    if (body.length > MAX_BODY_BYTES) finish();
  });
  response.on("end", finish);
  response.on("error", finish);
  response.on("aborted", finish);
}
