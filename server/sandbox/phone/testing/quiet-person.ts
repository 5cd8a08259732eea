import { MULAW_FRAME_BYTES, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import type { Person } from "#server/sandbox/phone/callee.ts";

const SILENCE = new Uint8Array(MULAW_FRAME_BYTES).fill(MULAW_SILENCE);

/** A person who says nothing, until told to hang up. */
export class QuietPerson implements Person {
  readonly beep = new Promise<void>(() => undefined);
  leaving = false;

  step(): Uint8Array | null {
    return this.leaving ? null : SILENCE;
  }

  said(): [] {
    return [];
  }

  say(): void {
    this.leaving = false;
  }
}
