/** Flite voices: `slt` a woman, `rms` and `awb` men, `kal` an older synthetic man. */
export type Voice = "slt" | "rms" | "awb" | "kal";

/** What the speech thread is asked. */
export type SpeechJob = { readonly id: number; readonly text: string; readonly voice: Voice };

/** Ms of the clip, from inclusive, to exclusive. */
export type SpanMs = { readonly fromMs: number; readonly toMs: number };

/** 8 kHz µ-law without words inside, and when the voice speaks between two pauses of its own. */
export type Clip = { readonly mulaw: Uint8Array; readonly spoken: readonly SpanMs[] };

/** What it answers, or why not. */
export type SpeechResult =
  | { readonly id: number; readonly ok: true; readonly clip: Clip }
  | { readonly id: number; readonly ok: false; readonly reason: string };
