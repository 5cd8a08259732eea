import type { Caller } from "#server/accounts/caller.ts";
import { Failure } from "#server/lib/failure.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { serveListening } from "#server/realtime/listen-in.ts";
import type { AppSocket, SocketServerDeps } from "#server/realtime/socket-server.ts";
import { expect, test } from "vitest";

type Deps = Parameters<typeof serveListening>[1];
type Handler = (request: object, reply: (answer: object) => void) => void;

/** A socket of somebody with this role; of the calls there is every one but `call_other`. */
function socketOf(role: Caller["role"], isBroken = false) {
  const handlers = new Map<string, Handler>();
  const rooms = new Set<string>();
  const audited: string[] = [];
  const told: string[] = [];
  const socket = {
    data: { caller: { role, name: "Dana" } },
    rooms,
    on: (event: string, handler: Handler) => handlers.set(event, handler),
    join: async (room: string) => void rooms.add(room),
    leave: async (room: string) => void rooms.delete(room),
  };
  const deps: Deps = {
    logger: silentLogger as SocketServerDeps["logger"],
    access: {
      async head(_caller: Caller, callId: string) {
        if (callId === "call_other") throw new Failure("NOT_FOUND");
        return { _id: callId, businessId: "biz_1" };
      },
    } as unknown as Deps["access"],
    presence: {
      joined: () => undefined,
      left: () => undefined,
      gone: () => undefined,
      listening: (callId, _socketId, on) => told.push(`${callId} ${on}`),
    },
    audit: {
      async record({ name }, act, call) {
        if (isBroken) throw new Error("no database");
        audited.push(`${name} ${act} ${call?._id} ${rooms.size}`);
      },
    },
  };
  serveListening(socket as unknown as AppSocket, deps);
  const ask = (event: string, callId: string) =>
    new Promise<object>((resolve) => handlers.get(event)?.({ callId }, resolve));
  return { ask, rooms, audited, told };
}

test("[CL350] staff of the call hear it until they leave; that they do is kept before they hear anything, once", async () => {
  const { ask, rooms, audited, told } = socketOf("business");
  expect(await ask("call:listen", "call_1")).toEqual({ ok: true });
  expect(await ask("call:listen", "call_1")).toEqual({ ok: true });
  expect([...rooms]).toEqual(["listen:call_1"]);
  expect(audited).toEqual(["Dana listened call_1 0"]);
  expect(await ask("call:unlisten", "call_1")).toEqual({ ok: true });
  expect(rooms.size).toBe(0);
  expect(told).toEqual(["call_1 true", "call_1 false"]);
});

test("[CL350] consumers, foreign calls and a fifth call are refused; nobody hears what could not be kept", async () => {
  const consumer = socketOf("consumer");
  for (const event of ["call:listen", "call:unlisten"])
    expect(await consumer.ask(event, "call_1")).toMatchObject({ ok: false, code: "FORBIDDEN" });
  const supervisor = socketOf("supervisor");
  expect(await supervisor.ask("call:listen", "call_other")).toMatchObject({ ok: false, code: "NOT_FOUND" });
  for (let call = 1; call <= 4; call++) await supervisor.ask("call:listen", `call_${call}`);
  expect(await supervisor.ask("call:listen", "call_5")).toMatchObject({ ok: false, code: "NOT_POSSIBLE" });
  expect(supervisor.rooms.size).toBe(4);
  const unkept = socketOf("supervisor", true);
  expect(await unkept.ask("call:listen", "call_1")).toMatchObject({ ok: false, code: "INTERNAL" });
  expect([...consumer.rooms, ...unkept.rooms]).toEqual([]);
});
