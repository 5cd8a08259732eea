import type { Clock } from "#server/lib/clock.ts";
import type { Conversation } from "#server/sandbox/voice-model/conversation.ts";
import type { Behaviour } from "#server/sandbox/voice-model/behaviour.ts";
import type { Ids } from "#server/sandbox/voice-model/ids.ts";
import type { SessionConfig } from "#server/sandbox/voice-model/session-config.ts";
import type { SessionRecord } from "#server/sandbox/voice-model/session-record.ts";
import type { Emit, Refusal } from "#server/sandbox/voice-model/wire.ts";

/** What the parts of one session share. */
export type SessionCore = {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly emit: Emit;
  /** Tells the client that something it did not ask for by an event was refused. */
  readonly refuse: (refusal: Refusal) => void;
  readonly conversation: Conversation;
  readonly record: SessionRecord;
  readonly behaviour: Behaviour;
  /** The configuration as it is now. */
  readonly config: () => SessionConfig;
};
