import { Router } from "express";
import type { Clock } from "#server/lib/clock.ts";
import { FaultDesk, type Peer, type PeerFaults } from "#server/sandbox/faults/fault-desk.ts";
import { phoneFaults } from "#server/sandbox/faults/phone-faults.ts";
import type { Directory } from "#server/sandbox/phone/callee.ts";
import { isOver } from "#server/sandbox/phone/call-state.ts";
import { Control } from "#server/sandbox/phone/control.ts";
import { DialQueue } from "#server/sandbox/phone/dial-queue.ts";
import { FaultPanel } from "#server/sandbox/phone/faults.ts";
import { FrameClock } from "#server/sandbox/phone/frame-clock.ts";
import type { PhoneCall } from "#server/sandbox/phone/phone-call.ts";
import { Recordings } from "#server/sandbox/phone/recordings.ts";
import { Registry } from "#server/sandbox/phone/registry.ts";
import { RestCalls } from "#server/sandbox/phone/rest-calls.ts";
import { RestMessages } from "#server/sandbox/phone/rest-messages.ts";
import { RestRecordings } from "#server/sandbox/phone/rest-recordings.ts";
import { RestServer } from "#server/sandbox/phone/rest-server.ts";
import type { Services } from "#server/sandbox/phone/services.ts";
import { type Settings, SettingsBook } from "#server/sandbox/phone/settings.ts";
import { Webhooks } from "#server/sandbox/phone/webhooks.ts";

export type PhoneNetworkOptions = {
  readonly clock: Clock;
  readonly accountSid: string;
  readonly authToken: string;
  /** API keys (SK…) and their secrets. */
  readonly apiKeys?: Readonly<Record<string, string>>;
  /** The account's own numbers, E.164. */
  readonly fromNumbers: readonly string[];
  readonly directory: Directory;
  readonly settings?: Partial<Settings>;
  /** What can go wrong at the peers beside, for the common interface. */
  readonly otherFaults?: Partial<Record<Peer, PeerFaults>>;
};

export type PhoneNetwork = {
  /** Twilio's REST interface, under `/api.twilio.com/2010-04-01` and `/2010-04-01`. */
  readonly router: Router;
  /** The control interface, to be mounted under `/sandbox`. */
  readonly control: Router;
  /** Ends every call; nothing is dialled any more. */
  stop(): void;
};

/** A phone network that speaks Twilio's REST, webhooks, TwiML and media streams. */
export function createPhoneNetwork(options: PhoneNetworkOptions): PhoneNetwork {
  const { clock, accountSid, authToken, directory } = options;
  const settings = new SettingsBook(options.settings ?? {});
  const faults = new FaultPanel();
  const webhooks = new Webhooks(clock, authToken);
  const frames = new FrameClock(clock);
  const recordings = new Recordings(() => services);
  const services: Services = {
    clock,
    accountSid,
    authToken,
    webhooks,
    faults,
    settings,
    frames,
    directory,
    recordings,
  };
  const registry = new Registry();
  const queue = new DialQueue<PhoneCall>(
    clock,
    () => settings.current.callsPerSecond,
    (call) => call.leg.dial(),
  );
  const messages = new RestMessages(services, options.fromNumbers);
  const rest = new RestServer({
    clock,
    accountSid,
    authToken,
    apiKeys: options.apiKeys ?? {},
    faults,
    settings,
    numberOfCall: (sid) => registry.get(sid)?.leg.options.to ?? null,
  });
  new RestCalls({ services, registry, queue, ownNumbers: options.fromNumbers }).mount(rest);
  new RestRecordings(services, registry).mount(rest);
  messages.mount(rest);
  rest.finish();
  const desk = new FaultDesk({ phone: phoneFaults(faults), ...options.otherFaults });
  const router = Router();
  router.use(["/api.twilio.com/2010-04-01", "/2010-04-01"], rest.router);
  return {
    router,
    control: new Control({ registry, messages, settings, faults: desk }).router,
    stop() {
      queue.stop();
      for (const { leg } of registry.newestFirst()) if (!isOver(leg.state)) leg.hangUp("network-stop");
    },
  };
}
