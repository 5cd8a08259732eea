import express from "express";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import type { Clock } from "#server/lib/clock.ts";
import type { RealtimeTarget } from "#server/sandbox/voice-model/conformance/realtime-client.ts";
import { FaultDesk } from "#server/sandbox/faults/fault-desk.ts";
import { kebab } from "#server/sandbox/faults/fault-names.ts";
import { voiceFaults } from "#server/sandbox/faults/voice-faults.ts";
import { attachVoiceModel } from "#server/sandbox/voice-model/voice-model.ts";

const auditSchema = z.object({
  frames: z.number(),
  lost: z.number(),
  repeated: z.number(),
  reordered: z.number(),
  changed: z.number(),
});
const viewSchema = z.object({
  id: z.string(),
  state: z.enum(["open", "closed"]),
  closeCode: z.number().nullable(),
  heard: z.array(z.object({ itemId: z.string(), text: z.string(), complete: z.boolean() })),
  spoken: z.array(z.object({ itemId: z.string(), text: z.string(), heardMs: z.number().optional() })),
  audioIn: auditSchema,
  events: z.object({ received: z.record(z.string(), z.number()), sent: z.record(z.string(), z.number()) }),
  appendsBeforeReady: z.number(),
  errors: z.array(
    z.object({ code: z.string().nullable(), message: z.string(), eventId: z.string().nullable() }),
  ),
  violations: z.array(z.string()),
});
const frameLogSchema = z.object({
  frames: z.array(
    z.object({
      atMs: z.number(),
      by: z.enum(["client", "server"]),
      type: z.string(),
      event: z.record(z.string(), z.unknown()).optional(),
      frames: z.number(),
      bytes: z.number(),
    }),
  ),
  dropped: z.number(),
  violations: z.array(z.string()),
});

/** A voice model on loopback for tests, with its control routes as functions. */
export async function startTestServer(clock: Clock) {
  const apiKey = "sk-sandbox";
  const app = express();
  const httpServer = createServer(app);
  const voiceModel = attachVoiceModel({ httpServer, apiKey, clock, seed: "test" });
  app.use(voiceModel.router);
  const control = express.Router().use(express.json());
  new FaultDesk({ voice: voiceFaults(voiceModel.faultTargets) }).mount(control);
  app.use("/sandbox", control);
  await new Promise<void>((resolve) => httpServer.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`;
  const target: RealtimeTarget = { baseURL: `${origin}/v1`, apiKey, model: "gpt-realtime-2.1" };
  return {
    origin,
    target,
    async sessionIds() {
      const listed = await (await fetch(`${origin}/sandbox/voice-sessions`)).json();
      return z
        .object({ sessions: z.array(z.object({ id: z.string() })) })
        .parse(listed)
        .sessions.map(({ id }) => id);
    },
    async session(id: string) {
      return viewSchema.parse(await (await fetch(`${origin}/sandbox/voice-sessions/${id}`)).json());
    },
    async frames(id: string) {
      const response = await fetch(`${origin}/sandbox/voice-sessions/${id}/frames`);
      return frameLogSchema.parse(await response.json());
    },
    async fault(
      fault: Record<string, unknown>,
      rest: { times?: number; sessionId?: string; person?: string } = {},
    ) {
      const { kind, ...about } = fault;
      const response = await fetch(`${origin}/sandbox/faults`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ peer: "voice", fault: kebab(String(kind)), ...about, ...rest }),
      });
      return response.status;
    },
    stop() {
      voiceModel.close();
      httpServer.closeAllConnections();
      httpServer.close();
    },
  };
}
