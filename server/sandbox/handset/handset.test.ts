import fc from "fast-check";
import { expect, test } from "vitest";
import { loudness, MULAW_FRAME_BYTES } from "#server/lib/mulaw.ts";
import { encodeMulaw } from "#shared/mulaw.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import type { Handset, HandsetPage } from "#server/sandbox/handset/handset.ts";
import { HandsetDesk } from "#server/sandbox/handset/handset-desk.ts";
import { Microphone } from "#server/sandbox/handset/microphone.ts";
import type { CalleePlan, Person } from "#server/sandbox/phone/callee.ts";
import { hideWords, WordListener } from "#server/sandbox/speech/hidden-words.ts";
import type { HandsetView } from "#shared/sandbox/handset-wire.ts";

const NUMBER = "+16125550101";
/** Audio that is heard, with the words inside; no synthesiser. */
const voice = (text: string, id: number) =>
  hideWords(
    Uint8Array.from({ length: 10 * MULAW_FRAME_BYTES }, (_, at) => (at % 7) * 16),
    text,
    id,
  );

class Page implements HandsetPage {
  views: HandsetView[] = [];
  samples = 0;

  show(view: HandsetView): void {
    this.views.push(view);
  }

  sound(samples: Int16Array): void {
    this.samples += samples.length;
  }

  get line() {
    return this.views.at(-1)?.line;
  }

  get call() {
    return this.views.at(-1)?.call;
  }
}

function desk() {
  const clock = new ManualClock();
  const diverted: [string, boolean][] = [];
  const made = new HandsetDesk({
    clock,
    speak: (text, _voice, id) => Promise.resolve(voice(text, id)),
    divert: (number, toBrowser) => void diverted.push([number, toBrowser]),
  });
  return { clock, diverted, desk: made, page: new Page() };
}

/** The phone network's side of a ringing phone. */
function ring(plan: CalleePlan) {
  if (plan.kind !== "rings-at") throw new Error(`It does not ring: ${plan.kind}.`);
  const call = { person: null as Person | null, declined: false, keys: "", stop: () => undefined as void };
  call.stop = plan.ring({
    from: "+14155550100",
    answer(pickUp) {
      call.person = pickUp();
      call.stop();
      return (key) => {
        call.keys += key;
      };
    },
    decline() {
      call.declined = true;
    },
  });
  return call;
}

function answered() {
  const at = desk();
  const handset = at.desk.claim(NUMBER, at.page);
  const call = ring(at.desk.planFor(NUMBER));
  handset.answer();
  const { person } = call;
  if (!person) throw new Error("Nobody picked up.");
  const ear = new WordListener();
  /** 20 ms at a time; returns the words that the caller got to hear. */
  const run = async (caller: Uint8Array, frames = 30) => {
    let heard = "";
    const mine = new WordListener();
    for (let frame = 0; frame < frames; frame++) {
      const audio = new Uint8Array(MULAW_FRAME_BYTES).fill(0xff);
      audio.set(caller.subarray(frame * MULAW_FRAME_BYTES, (frame + 1) * MULAW_FRAME_BYTES));
      const spoken = person.step({ words: mine.push(audio), loudness: loudness(audio), audio });
      await Promise.resolve();
      if (spoken) for (const { text } of ear.push(spoken)) heard += text;
    }
    return heard;
  };
  return { ...at, handset, call, person, run };
}

test("[SB77] a claimed number rings on its page, is answered, gets keys, is hung up", () => {
  const { diverted, page, handset, call, person } = answered();
  expect(diverted).toEqual([[NUMBER, true]]);
  expect(page.views.map((view) => view.call.phase)).toEqual(["none", "ringing", "talking"]);
  expect(page.views[1]?.call).toMatchObject({ from: "+14155550100" });
  handset.press("9");
  expect(call.keys).toBe("9");
  handset.hangUp();
  expect(person.step({ words: [], loudness: 0, audio: new Uint8Array(160) })).toBeNull();
  person.ended?.();
  expect(page.call).toEqual({ phase: "over", how: "you-hung-up", lines: [] });
});

test("[SB77] declined, missed, ended by the caller, and busy while it talks", () => {
  const { desk: phones, page } = desk();
  const handset = phones.claim(NUMBER, page);
  const declined = ring(phones.planFor(NUMBER));
  handset.decline();
  expect(declined.declined).toBe(true);
  expect(page.call).toMatchObject({ how: "declined" });
  ring(phones.planFor(NUMBER)).stop();
  expect(page.call).toMatchObject({ how: "missed" });
  const talking = ring(phones.planFor(NUMBER));
  expect(phones.planFor(NUMBER)).toEqual({ kind: "busy" });
  handset.answer();
  talking.person?.ended?.();
  expect(page.call).toMatchObject({ how: "they-hung-up" });
});

test("[SB78] typed sentences are spoken with their words inside; the caller's words are shown as they are heard", async () => {
  const { page, handset, run } = answered();
  handset.say("I am here myself.");
  expect(await run(voice("Hello from the agent.", 1))).toBe("I am here myself.");
  expect(page.samples).toBe(30 * MULAW_FRAME_BYTES);
  expect(page.call).toMatchObject({
    lines: [
      { who: "caller", text: "Hello from the agent.", running: false },
      { who: "you", text: "I am here myself.", running: false },
    ],
  });
  await run(voice("A sentence that is cut off.", 2).subarray(0, 4 * MULAW_FRAME_BYTES), 6);
  expect(page.call).toMatchObject({ lines: [{}, {}, { text: "A sentence", running: true }] });
  await run(new Uint8Array(0));
  expect(page.call).toMatchObject({ lines: [{}, {}, { text: "A sentence", running: false }] });
});

test("[SB78] the microphone is heard as sound, in order and without holes, however it arrives", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 }), (sizes) => {
      const microphone = new Microphone();
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const sound = Uint8Array.from({ length: total }, (_, at) => at % 251);
      let at = 0;
      for (const size of sizes) microphone.push(sound.subarray(at, (at += size)));
      const heard: number[] = [];
      for (let frame = microphone.nextFrame(); frame; frame = microphone.nextFrame()) heard.push(...frame);
      const kept = Math.min(total, 3200);
      const expected = total < 480 ? 0 : kept - (kept % MULAW_FRAME_BYTES);
      expect(heard).toEqual([...sound.subarray(total - kept, total - kept + expected)]);
    }),
  );
});

test("[SB78] sound of the page reaches the call as µ-law", async () => {
  const { handset, person } = answered();
  const samples = Int16Array.from({ length: 480 }, (_, at) => 8000 * Math.sin(at / 4));
  handset.speakInto(samples);
  const frame = person.step({ words: [], loudness: 0, audio: new Uint8Array(160) });
  expect(frame).toEqual(encodeMulaw(samples.subarray(0, MULAW_FRAME_BYTES)));
});

test("[SB79] a page that waits takes the next call to anybody, once, and keeps that number", () => {
  const { desk: phones, page, diverted } = desk();
  const got: Handset[] = [];
  phones.claimNext(page, (handset) => void got.push(handset));
  expect([page.line, phones.isWaiting]).toEqual([{ is: "next" }, true]);
  ring(phones.planFor("+16125550199"));
  expect([page.line, phones.isWaiting]).toEqual([{ is: "on", number: "+16125550199" }, false]);
  expect(page.call?.phase).toBe("ringing");
  expect(got.map(({ number }) => number)).toEqual(["+16125550199"]);
  expect(diverted).toEqual([["+16125550199", true]]);
});

test("[SB79] a second page takes the number over; handing it back gives it to who had it", () => {
  const { desk: phones, page, diverted } = desk();
  const other = new Page();
  const handset = phones.claim(NUMBER, page);
  phones.claim(NUMBER, other);
  expect(page.line).toEqual({ is: "replaced" });
  phones.release(handset, page);
  expect(other.line).toEqual({ is: "on", number: NUMBER });
  const call = ring(phones.planFor(NUMBER));
  phones.release(handset, other);
  expect(call.declined).toBe(true);
  expect(other.line).toEqual({ is: "off" });
  expect(diverted.at(-1)).toEqual([NUMBER, false]);
});

test("[SB79] a page that reloads finds its call again; one that stays away is hung up after 15 s", () => {
  const { clock, desk: phones, page, handset, person } = answered();
  phones.lose(handset, page);
  clock.advance(14_000);
  const reloaded = new Page();
  phones.claim(NUMBER, reloaded);
  clock.advance(60_000);
  expect(reloaded.call?.phase).toBe("talking");
  phones.lose(handset, reloaded);
  clock.advance(15_000);
  expect(person.step({ words: [], loudness: 0, audio: new Uint8Array(160) })).toBeNull();
});
