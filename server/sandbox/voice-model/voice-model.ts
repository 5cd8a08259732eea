import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Router } from "express";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "#server/lib/clock.ts";
import { speak } from "#server/sandbox/speech/voices.ts";
import { createControlRouter, type VoiceFaultTargets } from "#server/sandbox/voice-model/control.ts";
import { FaultQueue, isSessionFault } from "#server/sandbox/voice-model/faults.ts";
import { Ids } from "#server/sandbox/voice-model/ids.ts";
import { Session } from "#server/sandbox/voice-model/session.ts";
import { judgeUpgrade, REALTIME_PROTOCOL, refuseUpgrade } from "#server/sandbox/voice-model/upgrade.ts";
import { RateBudget } from "#server/sandbox/voice-model/usage.ts";
import { errorBody } from "#server/sandbox/voice-model/wire.ts";

type VoiceModelOptions = {
  /** Upgrades of `/v1/realtime` on this server are answered here; others are left alone. */
  readonly httpServer: Server;
  /** The one key that is accepted. */
  readonly apiKey: string;
  readonly clock: Clock;
  /** The same seed gives the same ids; random when left out. */
  readonly seed?: string;
};

export type VoiceModel = {
  /** `GET /v1/models/:model` and the control routes under `/sandbox/voice-*`. */
  readonly router: Router;
  /** Where faults are armed. */
  readonly faultTargets: VoiceFaultTargets;
  /** Ends every session (1001) and stops answering upgrades. */
  close(): void;
};

const SESSION_LIMIT_MS = 60 * 60_000;
const MAX_FRAME_BYTES = 24 * 1024 * 1024;
/** Closed sessions stay readable until this many newer ones came. */
const MAX_SESSIONS = 500;
/** Frames are kept of this many; counts of all. */
const MAX_LOGGED_SESSIONS = 100;
const BETA = "The beta API shape is no longer available. Use the GA shape.";
const REFUSALS = {
  401: ["invalid_api_key", "Incorrect API key provided."],
  403: ["unsupported_country_region_territory", "Access is not allowed."],
  429: ["rate_limit_exceeded", "Too many requests."],
  500: ["server_error", "The server had an error."],
  503: ["server_overloaded", "The server is overloaded."],
} as const;

/** Who the client says that it talks to; faults can be meant for one person. */
function personOf(request: IncomingMessage): string | null {
  const named = request.headers["openai-safety-identifier"];
  return typeof named === "string" ? named : null;
}

function speakAsAgent(text: string, utteranceId: number): Promise<Uint8Array> {
  return speak(text, "slt", utteranceId);
}

function closeBeta(socket: WebSocket, ids: Ids): void {
  const error = errorBody("beta_api_shape_disabled", BETA, null, null);
  socket.send(JSON.stringify({ type: "error", event_id: ids.next("event"), error }));
  socket.close(4000, "invalid_request_error.beta_api_shape_disabled");
}

/** The voice model of the sandbox: OpenAI's Realtime service as a server sees it (SPEC.md). */
export function attachVoiceModel({ httpServer, apiKey, clock, seed }: VoiceModelOptions): VoiceModel {
  const root = seed ?? randomUUID();
  const faults = new FaultQueue();
  const budget = new RateBudget(clock);
  let sessions: Session[] = [];
  let opened = 0;
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    handleProtocols: (offered) => (offered.has(REALTIME_PROTOCOL) ? REALTIME_PROTOCOL : false),
  });

  function start(socket: WebSocket, model: string, isBeta: boolean, person: string | null): void {
    opened += 1;
    const ids = new Ids(`${root}/${opened}`);
    if (isBeta) {
      closeBeta(socket, ids);
      return;
    }
    const struck = faults.takeForSession(person);
    const limit = struck.find((fault) => fault.kind === "limit");
    const limitMs = limit?.limitMs ?? SESSION_LIMIT_MS;
    const session = new Session({ socket, clock, ids, model, speak: speakAsAgent, budget, limitMs });
    sessions = [...sessions, session].slice(-MAX_SESSIONS);
    sessions.at(-MAX_LOGGED_SESSIONS - 1)?.forgetFrames();
    session.open();
    for (const fault of struck) if (isSessionFault(fault)) session.misbehave(fault);
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (new URL(request.url ?? "", "http://sandbox").pathname !== "/v1/realtime") return;
    socket.on("error", () => socket.destroy());
    const person = personOf(request);
    const fault = faults.takeForUpgrade(person);
    if (fault?.kind === "hangUpgrade") return;
    if (fault) {
      const [code, message] = REFUSALS[fault.status];
      refuseUpgrade(socket, fault.status, code, message);
      return;
    }
    const verdict = judgeUpgrade(request, apiKey);
    if (verdict.kind === "refuse") refuseUpgrade(socket, verdict.status, verdict.code, verdict.message);
    else
      sockets.handleUpgrade(request, socket, head, (open) =>
        start(open, verdict.model, verdict.isBeta, person),
      );
  }

  httpServer.on("upgrade", upgrade);
  return {
    router: createControlRouter({ apiKey, sessions: () => sessions }),
    faultTargets: { faults, sessions: () => sessions },
    close() {
      httpServer.off("upgrade", upgrade);
      for (const session of sessions)
        if (!session.isClosed) session.close(1001, "The sandbox is shutting down.");
    },
  };
}
