import { Failure } from "#server/lib/failure.ts";
import { isListenRoom, listenRoom } from "#server/realtime/call-sound.ts";
import { answer } from "#server/realtime/socket-answer.ts";
import type { AppSocket, SocketServerDeps } from "#server/realtime/socket-server.ts";
import { byCallSchema } from "#shared/contract/sockets.ts";

/** One person can follow so many voices at most; more are a program that collects them. */
const MAX_LISTENED = 4;

/** `call:listen`, `call:unlisten`: the business of the call and supervisors hear it live [CL350]. Who listens is kept before they hear anything [AU3]. */
export function serveListening(
  socket: AppSocket,
  deps: Pick<SocketServerDeps, "access" | "audit" | "presence" | "logger">,
) {
  socket.on("call:listen", (request, reply) =>
    answer(reply, deps, async () => {
      const { callId } = byCallSchema.parse(request);
      const { caller } = socket.data;
      if (caller.role === "consumer") throw new Failure("FORBIDDEN");
      const call = await deps.access.head(caller, callId);
      const listened = [...socket.rooms].filter(isListenRoom);
      if (listened.includes(listenRoom(callId))) return { ok: true };
      if (listened.length >= MAX_LISTENED) throw new Failure("NOT_POSSIBLE");
      await deps.audit.record(caller, "listened", call);
      await socket.join(listenRoom(callId));
      deps.presence.listening(callId, socket.id, true);
      return { ok: true };
    }),
  );
  socket.on("call:unlisten", (request, reply) =>
    answer(reply, deps, async () => {
      const { callId } = byCallSchema.parse(request);
      if (socket.data.caller.role === "consumer") throw new Failure("FORBIDDEN");
      await socket.leave(listenRoom(callId));
      deps.presence.listening(callId, socket.id, false);
      return { ok: true };
    }),
  );
}
