import fc from "fast-check";
import { expect, test } from "vitest";
import { loudness, MULAW_FRAME_BYTES, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import { decodeMulaw, encodeMulaw } from "#shared/mulaw.ts";
import { hideWords, WordListener } from "#server/sandbox/speech/hidden-words.ts";

const audio = fc.uint8Array({ minLength: 0, maxLength: 4000 });
const words = fc.string({ unit: "grapheme", maxLength: 40 }).filter((text) => !text.includes("\0"));
const id = fc.nat(0xffff_ffff);
const chunks = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20 });
const sound = { lost: 0, repeated: 0, reordered: 0, changed: 0 };

/** Deterministic audio without words or period. */
const plain = (length: number) =>
  Uint8Array.from({ length }, (_, index) => (Math.imul(index + 1, 0x9e37_79b1) >>> 20) & 0xfe);

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function listen(listener: WordListener, bytes: Uint8Array, sizes: readonly number[] = [MULAW_FRAME_BYTES]) {
  const heard = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? MULAW_FRAME_BYTES;
    heard.push(...listener.push(bytes.subarray(at, at + size)));
    at += size;
  }
  return heard;
}

const textOf = (frames: readonly { text: string }[]) => frames.map((frame) => frame.text).join("");

function frameAt(hidden: Uint8Array, index: number): Uint8Array {
  return hidden.subarray(index * MULAW_FRAME_BYTES, (index + 1) * MULAW_FRAME_BYTES);
}

test("[SB1] what was hidden is heard, whatever the chunks and whatever plain audio surrounds it", () => {
  fc.assert(
    fc.property(audio, words, id, fc.nat(500), chunks, (samples, text, utteranceId, lead, sizes) => {
      const hidden = hideWords(samples, text, utteranceId);
      const listener = new WordListener();
      const heard = listen(listener, join(plain(lead), hidden, plain(lead)), sizes);
      expect(textOf(heard)).toBe(text.toWellFormed());
      expect(listener.check()).toEqual({ frames: hidden.length / MULAW_FRAME_BYTES, ...sound });
      expect(heard.map((frame) => frame.frameIndex)).toEqual(heard.map((_, index) => index));
      expect(heard.every((frame) => frame.utteranceId === utteranceId)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test("[SB2] audio only changes in its low bits, and grows to whole frames", () => {
  fc.assert(
    fc.property(audio, words, id, (samples, text, utteranceId) => {
      const hidden = hideWords(samples, text, utteranceId);
      expect(hidden.length % MULAW_FRAME_BYTES).toBe(0);
      // The quietest negative samples become the quietest positive ones.
      const expected = (sample: number) => ((sample | 1) === 0x7f ? 0xff : sample | 1);
      expect(samples.every((sample, at) => expected(sample) === ((hidden[at] ?? 0) | 1))).toBe(true);
    }),
  );
});

test("[SB2] a µ-law sample that 16-bit audio cannot hold made words illegible in recordings", () => {
  fc.assert(
    fc.property(audio, words, id, (samples, text, utteranceId) => {
      const hidden = hideWords(samples, text, utteranceId);
      expect(encodeMulaw(decodeMulaw(hidden))).toEqual(hidden);
    }),
  );
});

test("[SB2] words hidden in silence stay silent", () => {
  const hidden = hideWords(new Uint8Array(16_000).fill(MULAW_SILENCE), "Nobody hears this.", 77);
  expect(loudness(hidden)).toBeLessThan(9);
});

test("[SB2] words without enough audio get the frames they need", () => {
  const listener = new WordListener();
  const text = "Much more text than twenty milliseconds can carry: ✂️ 🙂";
  expect(textOf(listener.push(hideWords(new Uint8Array(10), text, 1)))).toBe(text);
});

test("[SB1] a cut anywhere leaves exactly the words of the whole frames before and after it", () => {
  fc.assert(
    fc.property(words, fc.nat(3200), fc.nat(400), chunks, (text, cutAt, cutBytes, sizes) => {
      const hidden = hideWords(plain(3200), text, 9);
      const listener = new WordListener();
      const heard = listen(
        listener,
        join(hidden.subarray(0, cutAt), hidden.subarray(cutAt + cutBytes)),
        sizes,
      );
      const wholeAt = (index: number) =>
        (index + 1) * MULAW_FRAME_BYTES <= cutAt || index * MULAW_FRAME_BYTES >= cutAt + cutBytes;
      const all = new WordListener().push(hidden);
      const expected = cutBytes === 0 ? all : all.filter((frame) => wholeAt(frame.frameIndex));
      expect(heard).toEqual(expected);
      const { lost, changed, ...others } = listener.check();
      expect(others).toEqual({ frames: expected.length, repeated: 0, reordered: 0 });
      // The halves of two frames that met at the cut may pass for one damaged frame.
      expect(lost + changed).toBe(all.length - expected.length);
    }),
    // A fixed seed: once in many thousand runs the byte before a cut equals the one cut away.
    { numRuns: 300, seed: 11 },
  );
});

test("[SB3] any changed sample is noticed, and the words of that frame do not count as heard", () => {
  fc.assert(
    fc.property(fc.nat(3199), fc.integer({ min: 1, max: 255 }), chunks, (at, flip, sizes) => {
      const text = "Every single sample counts.";
      const hidden = hideWords(plain(3200), text, 5);
      const whole = new WordListener().push(hidden);
      hidden[at] = (hidden[at] ?? 0) ^ flip;
      const listener = new WordListener();
      const heard = listen(listener, hidden, sizes);
      const hit = Math.floor(at / MULAW_FRAME_BYTES);
      expect(heard).toEqual(whole.filter((frame) => frame.frameIndex !== hit));
      const { lost, changed, ...others } = listener.check();
      expect(others).toEqual({ frames: whole.length - 1, repeated: 0, reordered: 0 });
      expect(lost + changed).toBe(1);
    }),
    { numRuns: 200 },
  );
});

test("[SB3] a damaged frame counts as changed; an absent one, or one replaced by silence, as lost", () => {
  const hidden = hideWords(plain(1600), "Ten frames of words.", 5);
  const damaged = hidden.slice();
  damaged[5 * MULAW_FRAME_BYTES + 100] = 0x11;
  damaged[100] = 0x11;
  const silenced = hidden.slice().fill(MULAW_SILENCE, 3 * MULAW_FRAME_BYTES, 4 * MULAW_FRAME_BYTES);
  const checkOf = (bytes: Uint8Array) => {
    const listener = new WordListener();
    listener.push(bytes);
    return listener.check();
  };
  expect(checkOf(damaged)).toEqual({ ...sound, frames: 8, changed: 2 });
  expect(checkOf(silenced)).toEqual({ ...sound, frames: 9, lost: 1 });
});

test("[SB3] repeated and reordered frames are told apart", () => {
  const hidden = hideWords(plain(800), "Five.", 5);
  const play = (...order: number[]) => {
    const listener = new WordListener();
    const heard = listener.push(join(...order.map((index) => frameAt(hidden, index))));
    return { order: heard.map((frame) => frame.frameIndex), check: listener.check() };
  };
  expect(play(0, 1, 1, 2, 3, 4)).toEqual({
    order: [0, 1, 1, 2, 3, 4],
    check: { ...sound, frames: 6, repeated: 1 },
  });
  expect(play(0, 2, 1, 3, 4).check).toEqual({ ...sound, frames: 5, reordered: 1 });
  expect(play(0, 1, 2).check).toEqual({ ...sound, frames: 3, lost: 2 });
});

test("[SB3] frames of an utterance that come back after another began were reordered, not lost", () => {
  const first = hideWords(plain(480), "One.", 1);
  const second = hideWords(plain(320), "Two.", 2);
  const listener = new WordListener();
  listener.push(join(first.subarray(0, 320), second));
  expect(listener.check()).toEqual({ ...sound, frames: 4, lost: 1 });
  listener.push(frameAt(first, 2));
  expect(listener.check()).toEqual({ ...sound, frames: 5, reordered: 1 });
});

test("[SB4] a tail taken away on purpose is no loss, a missing tail is", () => {
  const hidden = hideWords(plain(1600), "Never finished.", 5);
  const next = hideWords(plain(320), "Next.", 6);
  const cut = new WordListener();
  cut.push(hidden.subarray(0, 700));
  expect(cut.check({ ended: false })).toEqual({ ...sound, frames: 4 });
  expect(cut.check()).toEqual({ ...sound, frames: 4, lost: 6 });
  cut.cutHere();
  cut.push(next);
  expect(cut.check()).toEqual({ ...sound, frames: 6 });
  const torn = new WordListener();
  torn.push(join(hidden.subarray(0, 700), next));
  expect(torn.check()).toEqual({ ...sound, frames: 6, lost: 6 });
});

test("[SB4] an utterance that goes on after its cut has no hole", () => {
  const hidden = hideWords(plain(1600), "Late pieces.", 5);
  const listener = new WordListener();
  listener.push(hidden.subarray(0, 320));
  listener.cutHere();
  listener.push(hidden.subarray(800));
  expect(listener.check()).toEqual({ ...sound, frames: 7 });
});
