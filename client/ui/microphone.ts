import workletUrl from "#client/ui/microphone-worklet.ts?worker&url";

export type OpenMicrophone = { close(): void };
/** Why there is none: the person or a policy said no, or the machine has none. */
export type NoMicrophone = "refused" | "missing";

/** Opens the microphone; `onSound` gets 20 ms at a time, 16-bit samples at 8 kHz. */
export async function openMicrophone(
  onSound: (samples: Int16Array) => void,
): Promise<OpenMicrophone | NoMicrophone> {
  const stream = await askForSound();
  if (typeof stream === "string") return stream;
  const context = new AudioContext();
  await context.audioWorklet.addModule(workletUrl);
  const downsampler = new AudioWorkletNode(context, "downsampler", { numberOfOutputs: 0 });
  downsampler.port.onmessage = ({ data }: MessageEvent<Int16Array>) => onSound(data);
  new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(downsampler);
  return {
    close() {
      for (const track of stream.getTracks()) track.stop();
      void context.close();
    },
  };
}

async function askForSound(): Promise<MediaStream | NoMicrophone> {
  try {
    const audio = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    const isMissing = error instanceof DOMException && error.name === "NotFoundError";
    return isMissing ? "missing" : "refused";
  }
}
