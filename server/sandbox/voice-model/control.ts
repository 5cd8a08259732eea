import express, { type Router } from "express";
import { type FaultQueue, faultOrder, isUpgradeFault } from "#server/sandbox/voice-model/faults.ts";
import type { Session } from "#server/sandbox/voice-model/session.ts";

/** What the control routes look at. */
export type Controlled = {
  readonly faults: FaultQueue;
  readonly sessions: () => readonly Session[];
};

/**
 * The sandbox's own routes beside the voice model:
 * `GET /sandbox/voice-sessions`, `GET /sandbox/voice-sessions/:id`, and faults by `GET`, `POST` and `DELETE`
 * on `/sandbox/voice-faults`.
 */
export function createControlRouter({ faults, sessions }: Controlled): Router {
  const router = express.Router();
  const find = (id: string) => sessions().find((session) => session.id === id);

  router.get("/sandbox/voice-sessions", (_request, response) => {
    response.json({ sessions: sessions().map((session) => session.view()) });
  });

  router.get("/sandbox/voice-sessions/:id", (request, response) => {
    const session = find(request.params.id);
    if (session) response.json(session.view());
    else response.status(404).json({ error: "There is no such voice session." });
  });

  router.get("/sandbox/voice-faults", (_request, response) => {
    response.json({ pending: faults.pending });
  });

  router.delete("/sandbox/voice-faults", (_request, response) => {
    faults.clear();
    response.status(204).end();
  });

  router.post("/sandbox/voice-faults", express.json({ limit: "64kb" }), (request, response) => {
    const order = faultOrder.safeParse(request.body);
    if (!order.success) {
      response.status(400).json({ error: "This is not a fault.", issues: order.error.issues });
      return;
    }
    const { fault, times, sessionId } = order.data;
    if (sessionId === undefined) {
      if (faults.add(fault, times)) response.status(201).json({ pending: faults.pending });
      else response.status(409).json({ error: "Too many faults are waiting." });
      return;
    }
    const session = find(sessionId);
    if (!session || session.isClosed || isUpgradeFault(fault)) {
      response.status(404).json({ error: "There is no such open voice session for this fault." });
      return;
    }
    session.misbehave(fault);
    response.status(201).json({ pending: faults.pending });
  });

  return router;
}
