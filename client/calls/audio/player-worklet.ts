/** Runs on the browser's audio thread: takes pieces of a call's sound and plays them evenly. */
import { JitterBuffer } from "#client/calls/audio/jitter-buffer.ts";
import type { PlayerOrder, PlayerReport } from "#client/calls/audio/player-wire.ts";
import type { SoundLane } from "#shared/contract/sockets.ts";

declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
}

class Player extends AudioWorkletProcessor {
  readonly #buffer = new JitterBuffer();
  #muted: ReadonlySet<SoundLane> = new Set();
  #untilReport = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<PlayerOrder>) => {
      if (data.do === "mute") this.#muted = new Set(data.lanes);
      else this.#buffer.write(data.lane, data.frameNumber, data.bytes);
    };
  }

  process(_inputs: Float32Array[][], [output]: Float32Array[][]): boolean {
    const out = output?.[0];
    if (out === undefined) return true;
    this.#buffer.read(out, this.#muted);
    this.#untilReport -= out.length;
    if (this.#untilReport > 0) return true;
    this.#untilReport = sampleRate / 2;
    this.port.postMessage(this.#buffer.state satisfies PlayerReport);
    return true;
  }
}

registerProcessor("call-player", Player);
