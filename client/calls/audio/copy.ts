/** Every fixed sentence of the sound of a call. */
export const SOUND = {
  title: "Sound",
  listen: "Listen",
  stopListening: "Stop listening",
  joining: "Joining…",
  isOn: "You hear the call. Nobody hears you.",
  blocked: "Your browser blocked sound.",
  turnOn: "Turn on sound",
  quiet: "Both sides are quiet.",
  noPlayer: "This browser can't play the call's sound.",
  retry: "Try again",
  mute: "Mute",
  unmute: "Unmute",
  waveform: "Loudness of both sides in the last 30 seconds",
  keyListen: "Listen, or stop listening",
  keyMute: "Mute or unmute what you hear",
} as const;
