import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { systemClock } from "#server/lib/clock.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { MULAW_FRAME_BYTES } from "#server/lib/mulaw.ts";
import type { CalleePlan, Person } from "#server/sandbox/phone/callee.ts";
import { createPhoneNetwork } from "#server/sandbox/phone/phone-network.ts";
import type { CarrierRig } from "#server/telephony/telephony.suite.ts";
import type { TelephonyEvents } from "#server/telephony/telephony.ts";
import { attachTwilioMedia } from "#server/telephony/twilio/media-server.ts";
import { ACCOUNT_SID, AUTH_TOKEN, FROM } from "#server/telephony/twilio/rest-server.fixture.ts";
import { createTwilioTelephony } from "#server/telephony/twilio/twilio-telephony.ts";
import { createTwilioWebhooks } from "#server/telephony/twilio/webhooks.ts";

export const PHONES = {
  answers: "+14155550123",
  rings: "+14155550124",
  busy: "+14155550125",
  machine: "+14155550126",
  /** Counts its frames: the n-th frame is filled with n. */
  counts: "+14155550127",
  /** A magic number of Twilio's. */
  invalid: "+15005550001",
};

/** Our three parts on one HTTP server, as the composition root joins them. */
export async function serveAdapter(
  events: TelephonyEvents,
  account: { accountSid: string; authToken: string; publicUrl: string | null; port: number },
) {
  const app = express();
  const server = createServer(app);
  const port = await listen(server, account.port);
  const publicUrl = account.publicUrl ?? `http://127.0.0.1:${port}`;
  const shared = {
    accountSid: account.accountSid,
    authToken: account.authToken,
    publicUrl,
    nodePublicUrl: publicUrl,
    logger: silentLogger,
  };
  const rejected: string[] = [];
  app.use(createTwilioWebhooks({ ...shared, events, onRejected: (reason) => rejected.push(reason) }));
  const media = attachTwilioMedia(server, { ...shared, events, clock: systemClock });
  return {
    shared,
    rejected,
    async stop() {
      await media.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The adapter against the sandbox's phone network, with people of a fixed behaviour and no waiting. */
export async function startSandboxRig(
  events: TelephonyEvents,
  { networkToken = AUTH_TOKEN }: { networkToken?: string } = {},
) {
  const network = createPhoneNetwork({
    clock: systemClock,
    accountSid: ACCOUNT_SID,
    authToken: networkToken,
    fromNumbers: [FROM],
    directory: { planFor },
    settings: { callsPerSecond: 100, dialMs: 0, ringMs: 0, amdMs: 0, priceAfterMs: 0 },
  });
  const app = express();
  app.use(network.router);
  app.use("/sandbox", network.control);
  const server = createServer(app);
  const networkUrl = `http://127.0.0.1:${await listen(server, 0)}`;
  const adapter = await serveAdapter(events, {
    accountSid: ACCOUNT_SID,
    authToken: AUTH_TOKEN,
    publicUrl: null,
    port: 0,
  });
  const telephony = createTwilioTelephony({ ...adapter.shared, baseUrl: networkUrl, fromNumbers: [FROM] });
  return {
    telephony,
    phones: PHONES,
    rejected: adapter.rejected,
    control: async (method: string, path: string, body?: unknown): Promise<unknown> => {
      const response = await fetch(`${networkUrl}/sandbox${path}`, {
        method,
        headers: { "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`the sandbox answered ${response.status}`);
      return response.json();
    },
    async stop() {
      network.stop();
      await adapter.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  } satisfies CarrierRig & Record<string, unknown>;
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

function planFor(e164: string): CalleePlan {
  const pickUp = () => (e164 === PHONES.counts ? counting() : quiet());
  const beeps = () => ({ ...quiet(), beep: Promise.resolve() });
  if (e164 === PHONES.rings) return { kind: "no-answer" };
  if (e164 === PHONES.busy) return { kind: "busy" };
  if (e164 === PHONES.machine) return { kind: "answers", afterRingMs: 0, verdict: "machine", pickUp: beeps };
  return { kind: "answers", afterRingMs: 0, verdict: "human", pickUp };
}

function quiet(): Person {
  return personWho(() => new Uint8Array(MULAW_FRAME_BYTES).fill(0xff));
}

function counting(): Person {
  let frames = 0;
  return personWho(() => new Uint8Array(MULAW_FRAME_BYTES).fill((frames += 1)));
}

function personWho(step: Person["step"]): Person {
  return { step, said: () => [], say: () => undefined, beep: new Promise(() => undefined) };
}
