/** Flite voices: `slt` a woman, `rms` and `awb` men, `kal` an older synthetic man. */
export type Voice = "slt" | "rms" | "awb" | "kal";

/** What the speech thread is asked. */
export type SpeechJob = { readonly id: number; readonly text: string; readonly voice: Voice };

/** What it answers: 8 kHz µ-law without words inside, or why not. */
export type SpeechResult =
  | { readonly id: number; readonly ok: true; readonly mulaw: Uint8Array }
  | { readonly id: number; readonly ok: false; readonly reason: string };
