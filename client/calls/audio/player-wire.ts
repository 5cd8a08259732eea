import type { BufferState } from "#client/calls/audio/jitter-buffer.ts";
import type { SoundLane } from "#shared/contract/sockets.ts";

/** Page → audio thread. */
export type PlayerOrder =
  | { do: "play"; lane: SoundLane; frameNumber: number; bytes: Uint8Array }
  | { do: "mute"; lanes: SoundLane[] };
/** Audio thread → page, twice a second. */
export type PlayerReport = BufferState;
