import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type NextFunction, type Request, type Response } from "express";
import { z } from "zod";
import { systemClock } from "#server/lib/clock.ts";
import { createAnalystRouter } from "#server/sandbox/analyst/analyst.ts";
import { CalleeDirectory } from "#server/sandbox/callees/callee-directory.ts";
import { FaultQueue } from "#server/sandbox/analyst/analyst-faults.ts";
import { analystFaults } from "#server/sandbox/faults/analyst-faults.ts";
import { voiceFaults } from "#server/sandbox/faults/voice-faults.ts";
import { HandsetDesk } from "#server/sandbox/handset/handset-desk.ts";
import { attachHandsets } from "#server/sandbox/handset/handset-socket.ts";
import { localOnly } from "#server/sandbox/local-only.ts";
import { createPages } from "#server/sandbox/pages.ts";
import { createPhoneNetwork } from "#server/sandbox/phone/phone-network.ts";
import { speak } from "#server/sandbox/speech/voices.ts";
import { attachVoiceModel } from "#server/sandbox/voice-model/voice-model.ts";

/**
 * The sandbox process: a phone network, people, a voice model and an analyst on one loopback port. Started by
 * sandbox.ts, which sends the options first and hears the address back.
 */
const optionsSchema = z.object({
  accountSid: z.string(),
  authToken: z.string(),
  openaiApiKey: z.string(),
  anthropicApiKey: z.string(),
  fromNumbers: z.array(z.string()),
  port: z.number().int().default(0),
  callsPerSecond: z.number().positive().default(1),
});

type Options = z.infer<typeof optionsSchema>;

const GOODBYE_MS = 500;

/** Bad JSON and the like: the caller's mistake, told in one sentence. */
function onError(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (response.headersSent) return next(error);
  const status = error instanceof Error && "status" in error ? Number(error.status) : 500;
  response.status(status >= 400 && status < 600 ? status : 500).json({ message: "The request failed." });
}

/** Everything that is served; the returned function ends it. */
function mount(options: Options, httpServer: Server): () => void {
  const clock = systemClock;
  const callees: CalleeDirectory = new CalleeDirectory(speak, () => desk);
  const desk = new HandsetDesk({ clock, speak, divert: (number, on) => callees.divert(number, on) });
  const voiceModel = attachVoiceModel({ httpServer, apiKey: options.openaiApiKey, clock });
  const analystQueue = new FaultQueue();
  const network = createPhoneNetwork({
    clock,
    accountSid: options.accountSid,
    authToken: options.authToken,
    fromNumbers: options.fromNumbers,
    directory: callees,
    settings: { callsPerSecond: options.callsPerSecond },
    otherFaults: { voice: voiceFaults(voiceModel.faultTargets), analyst: analystFaults(analystQueue) },
  });
  const endHandsets = attachHandsets(httpServer, desk);
  const app = express();
  app.use(createPages());
  app.use("/sandbox", localOnly);
  app.use("/sandbox/numbers", callees.router);
  app.use("/sandbox", network.control);
  app.get("/sandbox/process", (_request, response) => void response.json({ pid: process.pid }));
  app.use(network.router);
  app.use(voiceModel.router);
  app.use(createAnalystRouter({ apiKey: options.anthropicApiKey, faults: analystQueue }));
  app.use(onError);
  httpServer.on("request", app);
  return () => {
    endHandsets();
    network.stop();
    voiceModel.close();
  };
}

function run(options: Options): void {
  const httpServer = createServer();
  const unmount = mount(options, httpServer);
  httpServer.on("error", (error: NodeJS.ErrnoException) => {
    console.error(`The sandbox cannot listen: ${error.code ?? "unknown error"}.`);
    process.exit(1);
  });
  httpServer.listen(options.port, "127.0.0.1", () => {
    const { port } = httpServer.address() as AddressInfo;
    process.send?.(`http://127.0.0.1:${port}`);
  });
  process.once("SIGTERM", () => {
    unmount();
    httpServer.close();
    // Last callbacks and close frames get a moment; then it ends, whatever is still open.
    setTimeout(() => process.exit(0), GOODBYE_MS);
  });
}

// The parent decides when the sandbox ends: Ctrl-C reaches it too, and it has calls to finish first.
process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.exit(0));
process.once("message", (message) => run(optionsSchema.parse(message)));
