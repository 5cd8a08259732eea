import { expect, test } from "vitest";
import { loudness, MULAW_FRAME_BYTES } from "#server/lib/mulaw.ts";
import { ClipCache } from "#server/sandbox/speech/clip-cache.ts";
import { WordListener } from "#server/sandbox/speech/hidden-words.ts";
import { speak } from "#server/sandbox/speech/voices.ts";

const line = "Good afternoon, who is calling?";

test.each(["slt", "rms", "awb", "kal"] as const)(
  "[SB5] %s speaks audibly and carries its words",
  async (voice) => {
    const audio = await speak(line, voice, 3);
    const heard = new WordListener().push(audio);
    expect(heard.map((frame) => frame.text).join("")).toBe(line);
    expect(audio.length).toBe(heard.length * MULAW_FRAME_BYTES);
    expect(loudness(audio)).toBeGreaterThan(2000);
    expect(audio.length).toBeGreaterThan(8000);
  },
);

test("[SB5] the same words again sound the same under another id", async () => {
  const [first, second] = await Promise.all([speak(line, "rms", 1), speak(line, "rms", 2)]);
  expect(first.map((sample) => sample | 1)).toEqual(second.map((sample) => sample | 1));
  expect(new WordListener().push(second)[0]?.utteranceId).toBe(2);
});

test("[SB5] nothing to say is no audio; too much is refused", async () => {
  expect(await speak("", "slt", 1)).toEqual(new Uint8Array(0));
  await expect(speak("a".repeat(4001), "slt", 1)).rejects.toThrow(RangeError);
});

test("[SB6] the cache drops what was used least recently", () => {
  const cache = new ClipCache(250);
  const clip = () => ({ mulaw: new Uint8Array(100), spoken: [] });
  cache.set("a", clip());
  cache.set("b", clip());
  cache.get("a");
  cache.set("c", clip());
  expect(["a", "b", "c"].map((key) => cache.get(key)?.mulaw.length)).toEqual([100, undefined, 100]);
});
