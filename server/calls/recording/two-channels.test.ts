import { AudioBridge } from "#server/calls/live/audio-bridge.ts";
import { CHANNELS, TwoChannels } from "#server/calls/recording/two-channels.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { MULAW_FRAME_BYTES, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import type { MediaStream } from "#server/telephony/telephony.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const SILENCE = MULAW_SILENCE;
/** Bytes that are never silence, each run different from the next. */
const soundOf = (bytes: number, seed: number) =>
  Buffer.from(Array.from({ length: bytes }, (_, at) => (seed * 7 + at) % 251));
const base64 = (bytes: Buffer) => bytes.toString("base64");

/** The two channels of everything that was handed out. */
function channelsOf(pieces: readonly Buffer[]): [Buffer, Buffer] {
  const mixed = Buffer.concat(pieces);
  expect(mixed.length % CHANNELS).toBe(0);
  const lane = (channel: number) => Buffer.from(mixed.filter((_, index) => index % CHANNELS === channel));
  return [lane(0), lane(1)];
}

function collect(take: () => Buffer | null, into: Buffer[]) {
  for (let next = take(); next !== null; next = take()) into.push(next);
}

/** A time line of one side, written the plain way: a long array of silence. */
class Expected {
  readonly bytes = Buffer.alloc(8000 * 120, SILENCE);
  end = 0;

  put(at: number, data: Buffer) {
    data.copy(this.bytes, at);
    this.end = Math.max(this.end, at + data.length);
  }
}

const move = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("frame" as const), lostFrames: fc.constantFrom(0, 0, 0, 0, 5) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("play" as const), bytes: fc.integer({ min: 1, max: 4000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("item" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("mark" as const),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("clear" as const), more: fc.integer({ min: 0, max: 60 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 700 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("flush" as const) }) },
);

type Spoken = {
  itemId: string;
  sent: number;
  heard: number;
  over: boolean;
  pieces: { at: number; data: Buffer; from: number }[];
};

test("[CL120] any frames, plays, marks, clears and flushes: both channels are equally long, the agent's holds exactly the heard bytes at their places", () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 80 }), (moves) => {
      const clock = new ManualClock();
      const channels = new TwoChannels(clock);
      const written: Buffer[] = [];
      const consumer = new Expected();
      const items: Spoken[] = [];
      let [queueEnd, stampMs, seed] = [0, 0, 1];
      const now = () => clock.monotonicMs() * 8;
      const open = () => items.filter((item) => !item.over);
      for (const one of moves) {
        switch (one.kind) {
          case "wait":
            clock.advance(one.ms);
            break;
          case "frame": {
            clock.advance(20);
            // The first frame fixes the stream's zero; from then on both clocks run alike.
            const next = consumer.end === 0 ? 0 : stampMs + 20 * (1 + one.lostFrames);
            stampMs = Math.max(next, clock.monotonicMs());
            const data = soundOf(MULAW_FRAME_BYTES, seed++);
            channels.consumer(base64(data), stampMs);
            consumer.put(Math.max(consumer.end, stampMs * 8), data);
            break;
          }
          case "item":
            items.push({ itemId: `item ${items.length}`, sent: 0, heard: 0, over: false, pieces: [] });
            break;
          case "play": {
            const item = items.at(-1);
            if (item === undefined || item.over) break;
            const data = soundOf(one.bytes, seed++);
            channels.agent(item.itemId, base64(data));
            const at = Math.max(queueEnd, now());
            item.pieces.push({ at, data, from: item.sent });
            item.sent += data.length;
            queueEnd = at + data.length;
            break;
          }
          case "mark": {
            const item = open()[0];
            if (item === undefined) break;
            item.heard = Math.max(item.heard, Math.floor((item.sent * one.part) / 4) * 4);
            channels.heard(item.itemId, item.heard / 8);
            break;
          }
          case "clear": {
            for (const [index, item] of open().entries()) {
              if (index === 0) item.heard = Math.min(item.sent, item.heard + one.more * 8);
              item.over = true;
              channels.ended(item.itemId, item.heard / 8);
            }
            const kept = items.flatMap((item) => item.pieces.map((piece) => piece.at + heardOf(item, piece)));
            queueEnd = Math.max(0, ...kept.filter((end) => end > 0));
            break;
          }
          case "flush":
            collect(() => channels.take(), written);
            break;
        }
      }
      collect(() => channels.takeRest(), written);
      const [left, right] = channelsOf(written);
      expect(right.length).toBe(left.length);
      const agent = new Expected();
      for (const item of items) {
        for (const piece of item.pieces) agent.put(piece.at, piece.data.subarray(0, heardOf(item, piece)));
      }
      const end = Math.max(left.length, consumer.end);
      expect(left.length).toBe(end);
      expect(left.equals(consumer.bytes.subarray(0, end))).toBe(true);
      expect(right.equals(agent.bytes.subarray(0, end))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

const heardOf = (item: Spoken, { from, data }: { from: number; data: Buffer }) =>
  Math.max(0, Math.min(data.length, item.heard - from));

/** A phone that plays what it gets, at once and in order, and whose ear remembers when it heard what. */
function playingPhone(clock: ManualClock, marked: (name: string) => void) {
  let queue: (number | string)[] = [];
  const ear = new Expected();
  const stream: MediaStream = {
    streamId: "MZ1",
    carrierCallId: "CA1",
    listen() {},
    sendAudio: (payload) => void queue.push(...Buffer.from(payload, "base64")),
    sendMark: (name) => void queue.push(name),
    clear() {
      const marks = queue.filter((one) => typeof one === "string");
      queue = [];
      marks.forEach(marked);
    },
    close() {},
    bufferedBytes: () => 0,
  };
  let playingUntilMs = 0;
  /** Whole frames, one after the other; a mark comes back when the frame before it was played. */
  const playMs = () => {
    if (clock.monotonicMs() >= playingUntilMs) {
      while (typeof queue[0] === "string") marked(String(queue.shift()));
      const frame: number[] = [];
      for (let at = 0; at < queue.length && frame.length < MULAW_FRAME_BYTES; at++) {
        const next = queue[at];
        if (typeof next === "number") frame.push(next);
      }
      let left = frame.length;
      queue = queue.filter((one) => typeof one === "string" || left-- <= 0);
      if (frame.length > 0) {
        ear.put(clock.monotonicMs() * 8, Buffer.from(frame));
        playingUntilMs = clock.monotonicMs() + 20;
      }
    }
    clock.advance(1);
  };
  return { stream, ear, playMs };
}

test("[CL120] behind the real bridge the agent's channel is what the ear heard, but for the frame in which it was cut", () => {
  const act = fc.oneof(
    fc.record({ kind: fc.constant("say" as const), frames: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ kind: fc.constant("listen" as const), ms: fc.integer({ min: 1, max: 900 }) }),
    fc.record({ kind: fc.constantFrom("finish" as const, "cutIn" as const) }),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
      const clock = new ManualClock();
      const channels = new TwoChannels(clock);
      const bridge: AudioBridge = new AudioBridge(clock, {
        heard: ({ itemId, heardMs }) => channels.heard(itemId, heardMs),
        itemHeard: ({ itemId, heardMs }) => channels.ended(itemId, heardMs),
        unproven() {},
      });
      const phone = playingPhone(clock, (name) => bridge.markPlayed(name));
      bridge.join(phone.stream);
      const written: Buffer[] = [];
      let item = 0;
      let cuts = 0;
      const cutIn = () => {
        for (const { itemId, heardMs } of bridge.interrupt()) channels.ended(itemId, heardMs);
        cuts += 1;
        for (let ms = 0; ms < 40; ms++) phone.playMs();
      };
      acts.forEach((one, seed) => {
        if (one.kind === "say") {
          const payloadBase64 = base64(soundOf(one.frames * MULAW_FRAME_BYTES, seed));
          channels.agent(`item ${item}`, payloadBase64);
          bridge.play({ answerId: "a", itemId: `item ${item}`, payloadBase64 });
        } else if (one.kind === "listen") {
          for (let ms = 0; ms < one.ms; ms++) phone.playMs();
          collect(() => channels.take(), written);
        } else {
          if (one.kind === "finish") bridge.completed(`item ${item}`);
          else cutIn();
          item += 1;
        }
      });
      cutIn();
      collect(() => channels.takeRest(), written);
      const [, agent] = channelsOf(written);
      const differing = agent.filter((byte, at) => byte !== phone.ear.bytes[at]).length;
      const unwritten = phone.ear.bytes.subarray(agent.length).filter((byte) => byte !== SILENCE).length;
      expect(differing + unwritten).toBeLessThanOrEqual(cuts * MULAW_FRAME_BYTES);
    }),
    { numRuns: 100 },
  );
});
