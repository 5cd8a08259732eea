import type { Clock } from "#server/lib/clock.ts";
import type { Directory } from "#server/sandbox/phone/callee.ts";
import type { FaultPanel } from "#server/sandbox/phone/faults.ts";
import type { FrameClock } from "#server/sandbox/phone/frame-clock.ts";
import type { Recordings } from "#server/sandbox/phone/recordings.ts";
import type { SettingsBook } from "#server/sandbox/phone/settings.ts";
import type { WebhookSender } from "#server/sandbox/phone/webhooks.ts";

/** What every call of the phone network uses. */
export type Services = {
  readonly clock: Clock;
  readonly accountSid: string;
  readonly authToken: string;
  readonly webhooks: WebhookSender;
  readonly faults: FaultPanel;
  readonly settings: SettingsBook;
  readonly frames: FrameClock;
  readonly directory: Directory;
  readonly recordings: Recordings;
};
