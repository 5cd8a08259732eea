import { Failure } from "#server/lib/failure.ts";
import { MULAW_FRAME_BYTES } from "#server/lib/mulaw.ts";
import { answer } from "#server/realtime/socket-answer.ts";
import type { AppSocket, SocketServerDeps } from "#server/realtime/socket-server.ts";
import { callIdSchema } from "#shared/ids.ts";

/** 200 ms: pages send less at a time. */
const MAX_BYTES = 10 * MULAW_FRAME_BYTES;
/** Whether they may still see the call is asked again after this long; who holds it, its owner knows. */
const CHECK_MS = 5000;

/** `call:mic`: sound of the person who holds the call, on its way to the call's owner [CL356]. Of somebody else it changes nothing. */
export function serveMicrophone(
  socket: AppSocket,
  deps: Pick<SocketServerDeps, "access" | "logger" | "clock" | "speak">,
) {
  let admitted = { callId: "", untilMs: 0 };
  let isAsking = false;
  const admit = async (callId: string): Promise<void> => {
    isAsking = true;
    try {
      await deps.access.head(socket.data.caller, callId);
      admitted = { callId, untilMs: deps.clock.monotonicMs() + CHECK_MS };
    } finally {
      isAsking = false;
    }
  };
  socket.on("call:mic", (given, bytes, reply) =>
    answer(reply ?? (() => undefined), deps, async () => {
      const { accountId, role } = socket.data.caller;
      if (role === "consumer") throw new Failure("FORBIDDEN");
      const callId = callIdSchema.parse(given);
      if (!Buffer.isBuffer(bytes) || bytes.length > MAX_BYTES || bytes.length % MULAW_FRAME_BYTES !== 0)
        throw new Failure("INVALID_INPUT");
      const isKnown = admitted.callId === callId && deps.clock.monotonicMs() < admitted.untilMs;
      // Late sound is worth nothing: what comes while the database is asked is dropped.
      if (!isKnown && !isAsking) await admit(callId);
      else if (isKnown && bytes.length > 0) deps.speak(callId, { accountId, source: socket.id, bytes });
      return { ok: true };
    }),
  );
}
