import type { PlayerOrder, PlayerReport } from "#client/calls/audio/player-wire.ts";
// The bundler makes the address of a file that is not imported.
// oxlint-disable-next-line import/default
import workletUrl from "#client/calls/audio/player-worklet.ts?worker&url";
import type { SoundLane } from "#shared/contract/sockets.ts";
import { MULAW_RATE_HERTZ } from "#shared/mulaw.ts";

/** The loudspeaker of one listener. */
export type Player = {
  /** The browser lets the page sound; it may not before somebody pressed something. */
  isAudible(): boolean;
  /** For a press of a button. */
  resume(): void;
  play(lane: SoundLane, frameNumber: number, bytes: Uint8Array): void;
  mute(lanes: SoundLane[]): void;
  close(): void;
};

/** `changed`: whether it sounds, and how much waits to be played. Rejects where the browser has no audio. */
export async function openPlayer(changed: (report: PlayerReport | null) => void): Promise<Player> {
  // The browser turns 8 kHz into whatever the loudspeaker wants.
  const context = new AudioContext({ sampleRate: MULAW_RATE_HERTZ });
  try {
    await context.audioWorklet.addModule(workletUrl);
    const node = new AudioWorkletNode(context, "call-player", { numberOfInputs: 0, outputChannelCount: [1] });
    node.port.onmessage = ({ data }: MessageEvent<PlayerReport>) => changed(data);
    node.connect(context.destination);
    context.addEventListener("statechange", () => changed(null));
    const order = (one: PlayerOrder) => node.port.postMessage(one);
    return {
      isAudible: () => context.state === "running",
      resume: () => void context.resume(),
      play: (lane, frameNumber, bytes) => order({ do: "play", lane, frameNumber, bytes }),
      mute: (lanes) => order({ do: "mute", lanes }),
      close: () => void context.close(),
    };
  } catch (error) {
    void context.close();
    throw error;
  }
}
