import type { z } from "zod";
import express, { type Router } from "express";
import { type FaultQueue, type faultOrder, isSessionFault } from "#server/sandbox/voice-model/faults.ts";
import type { Session } from "#server/sandbox/voice-model/session.ts";
import { httpErrorBody, isKnownModel, keyProblem } from "#server/sandbox/voice-model/upgrade.ts";

/** What the control routes look at. */
type Controlled = {
  readonly apiKey: string;
  readonly faults: FaultQueue;
  readonly sessions: () => readonly Session[];
};

/** `GET /v1/models/:model`, by which a client checks key and model. Names of other makers are left to others. */
function modelRoute(router: Router, apiKey: string): void {
  router.get("/v1/models/:model", (request, response, next) => {
    const { model } = request.params;
    if (!model.startsWith("gpt-")) {
      next();
      return;
    }
    const problem = keyProblem(request, apiKey);
    if (problem) response.status(401).json(httpErrorBody(401, problem.code, problem.message));
    else if (isKnownModel(model))
      response.json({ id: model, object: "model", created: 1_767_225_600, owned_by: "openai" });
    else response.status(404).json(httpErrorBody(404, "model_not_found", "The model does not exist."));
  });
}

export type VoiceFaultTargets = Pick<Controlled, "faults" | "sessions">;

/** Arms a checked order for connections to come, or for one live session. Null, or why it cannot be. */
export function armVoiceFault(
  { faults, sessions }: VoiceFaultTargets,
  { fault, times, person, sessionId }: z.infer<typeof faultOrder>,
): string | null {
  if (sessionId === undefined) {
    const isAdded = faults.add(fault, times, person ?? null);
    return isAdded ? null : "Too many faults are waiting.";
  }
  const session = sessions().find((one) => one.id === sessionId);
  if (!session || session.isClosed || !isSessionFault(fault)) {
    return "There is no such open voice session for this fault.";
  }
  session.misbehave(fault);
  return null;
}

/**
 * The sandbox's own routes beside the voice model:
 * `GET /sandbox/voice-sessions`, `GET /sandbox/voice-sessions/:id` and its `/frames`.
 */
export function createControlRouter({ apiKey, sessions }: Pick<Controlled, "apiKey" | "sessions">): Router {
  const router = express.Router();
  modelRoute(router, apiKey);
  const find = (id: string) => sessions().find((session) => session.id === id);

  router.get("/sandbox/voice-sessions", (_request, response) => {
    response.json({ sessions: sessions().map((session) => session.view()) });
  });

  router.get("/sandbox/voice-sessions/:id", (request, response) => {
    const session = find(request.params.id);
    if (session) response.json(session.view());
    else response.status(404).json({ error: "There is no such voice session." });
  });

  router.get("/sandbox/voice-sessions/:id/frames", (request, response) => {
    const session = find(request.params.id);
    if (session) response.json(session.frames());
    else response.status(404).json({ error: "There is no such voice session." });
  });

  return router;
}
