import type { ServedRecording } from "#server/calls/recording/playback.ts";
import { sendError } from "#server/http/errors.ts";
import { nameRoute } from "#server/http/request-log.ts";
import { Failure } from "#server/lib/failure.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import { pipeline } from "node:stream/promises";
import { type Request, type Response, Router } from "express";

type RecordingRouteParts = {
  /** Null: no such link, or it is over. */
  open(token: string): Promise<ServedRecording | null>;
  logger: Logger;
};

/** Bytes `first` up to and without `end`; `unsatisfiable`: it begins behind the end. */
type Range = { first: number; end: number } | "unsatisfiable" | null;

/** One range as RFC 9110 (14.1.2) has it. Null: none, several, or no range at all; then the whole file is the answer. */
export function rangeOf(header: string | undefined, sizeBytes: number): Range {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "") ?? [];
  if (from === "" && to === "") return null;
  if (from === "") {
    const last = Math.min(Number(to), sizeBytes);
    return last === 0 ? "unsatisfiable" : { first: sizeBytes - last, end: sizeBytes };
  }
  const first = Number(from);
  if (first >= sizeBytes) return "unsatisfiable";
  const end = to === "" ? sizeBytes : Math.min(Number(to) + 1, sizeBytes);
  return end <= first ? null : { first, end };
}

/** `GET /recordings/<token>`: the signed link is the permission [CL365, CL367]. */
export function createRecordingRoute({ open, logger }: RecordingRouteParts): Router {
  const router = Router();
  router.get("/recordings/:token", async (request, response) => {
    nameRoute(response, "recording");
    const recording = await open(request.params.token);
    response.set({ "cache-control": "private, no-store", "accept-ranges": "bytes" });
    if (recording === null) return sendError(response, "NOT_FOUND");
    const { sizeBytes } = recording;
    const range = rangeOf(request.get("range"), sizeBytes);
    if (range === "unsatisfiable") {
      response.status(416).set("content-range", `bytes */${sizeBytes}`).end();
      return;
    }
    await send(request, response, { recording, range, logger });
  });
  return router;
}

type Sent = { recording: ServedRecording; range: { first: number; end: number } | null; logger: Logger };

async function send(request: Request, response: Response, { recording, range, logger }: Sent): Promise<void> {
  const { first, end } = range ?? { first: 0, end: recording.sizeBytes };
  const headers = {
    "content-type": "audio/wav",
    "content-length": String(end - first),
    ...(range !== null && { "content-range": `bytes ${first}-${end - 1}/${recording.sizeBytes}` }),
  };
  if (request.method === "HEAD") return void response.writeHead(range === null ? 200 : 206, headers).end();
  let bytes: AsyncIterable<Uint8Array>;
  try {
    bytes = await recording.start(first, end);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return sendError(response, error.code);
  }
  response.writeHead(range === null ? 200 : 206, headers);
  try {
    await pipeline(bytes, response);
  } catch (error) {
    // Players leave in the middle of a file all the time; whatever else it was, the length tells them that it is not whole.
    if (!request.destroyed) logger.warn(errorFields(error), "a recording could not be sent to its end");
    response.destroy();
  }
}
