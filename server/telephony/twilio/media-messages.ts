import * as z from "zod";

/**
 * What Twilio says on a media socket (twilio.md §6.1). `other` is valid JSON that we do not need: Twilio may add events.
 */
export type MediaMessage =
  | { event: "media"; payload: string; timestampMs: number }
  | { event: "start"; start: StreamStart }
  | { event: "mark"; name: string }
  | { event: "dtmf"; key: string }
  | { event: "stop" }
  | { event: "other" };

export type StreamStart = {
  streamId: string;
  carrierCallId: string;
  accountSid: string;
  attemptId: string | null;
};

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Whole bytes with their padding: the length is a multiple of four, so one or two `=` can only stand for missing bytes. */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && BASE64.test(text);
}

/**
 * A `media` message in Twilio's own spelling: these keys in this order without spaces. The strict pattern is the validation, so that 50
 * frames a second and call need no JSON.parse; anything else takes the slow way below.
 */
const MEDIA =
  /^\{"event":"media","sequenceNumber":"\d{1,10}","media":\{"track":"inbound","chunk":"\d{1,10}","timestamp":"(\d{1,10})","payload":"([A-Za-z0-9+/]*={0,2})"\},"streamSid":"(MZ[0-9a-fA-F]{32})"\}$/;

/** The same for the marks that come back, one for each piece that was played. */
const MARK =
  /^\{"event":"mark","sequenceNumber":"\d{1,10}","streamSid":"(MZ[0-9a-fA-F]{32})","mark":\{"name":"([\w.:-]{0,200})"\}\}$/;
const MARK_BEGINNING = Buffer.from('{"event":"mark"');

/** Reads one message. null = malformed, or of another stream than `streamId` (null before `start`). Never throws. */
export function readMediaMessage(bytes: Buffer, streamId: string | null): MediaMessage | null {
  return (
    sliceMedia(bytes, streamId) ??
    sliceMark(bytes, streamId) ??
    parseMessage(bytes.toString("utf8"), streamId)
  );
}

function sliceMedia(bytes: Buffer, streamId: string | null): MediaMessage | null {
  const match = MEDIA.exec(bytes.toString("latin1"));
  if (match === null) return null;
  const [, timestamp, payload = "", sid] = match;
  if (sid !== streamId || payload.length % 4 !== 0) return null;
  return { event: "media", payload, timestampMs: Number(timestamp) };
}

function sliceMark(bytes: Buffer, streamId: string | null): MediaMessage | null {
  const { length } = MARK_BEGINNING;
  if (bytes.length <= length || bytes.compare(MARK_BEGINNING, 0, length, 0, length) !== 0) return null;
  const [, sid, name] = MARK.exec(bytes.toString("latin1")) ?? [];
  return name === undefined || sid !== streamId ? null : { event: "mark", name };
}

const streamSid = z.string().regex(/^MZ[0-9a-fA-F]{32}$/);

/** Only what we can play: µ-law at 8 kHz, one channel. */
const mediaFormat = z.object({
  encoding: z.literal("audio/x-mulaw"),
  sampleRate: z.literal(8000),
  channels: z.literal(1),
});

const startSchema = z
  .object({
    event: z.literal("start"),
    streamSid,
    start: z.object({
      accountSid: z.string(),
      callSid: z.string().regex(/^CA[0-9a-fA-F]{32}$/),
      streamSid,
      mediaFormat,
      customParameters: z.object({ attemptId: z.string().optional() }).default({}),
    }),
  })
  .refine(({ streamSid: outer, start }) => outer === start.streamSid)
  .transform(({ start }) => ({
    event: "start" as const,
    start: {
      streamId: start.streamSid,
      carrierCallId: start.callSid,
      accountSid: start.accountSid,
      attemptId: start.customParameters.attemptId ?? null,
    },
  }));

const ofStream = z.discriminatedUnion("event", [
  z.object({
    event: z.literal("media"),
    streamSid,
    media: z.object({
      track: z.literal("inbound"),
      timestamp: z.string().regex(/^\d{1,10}$/),
      payload: z.string().refine(isBase64),
    }),
  }),
  z.object({ event: z.literal("mark"), streamSid, mark: z.object({ name: z.string().max(200) }) }),
  z.object({
    event: z.literal("dtmf"),
    streamSid,
    dtmf: z.object({ digit: z.string().regex(/^[0-9*#A-D]$/) }),
  }),
  z.object({ event: z.literal("stop"), streamSid }),
]);

const anyEvent = z.object({ event: z.string() });
const STREAM_EVENTS = new Set(["media", "mark", "dtmf", "stop"]);

function parseMessage(text: string, streamId: string | null): MediaMessage | null {
  const json = parseJson(text);
  const named = anyEvent.safeParse(json);
  if (!named.success) return null;
  if (named.data.event === "start") return startSchema.safeParse(json).data ?? null;
  if (!STREAM_EVENTS.has(named.data.event)) return { event: "other" };
  const message = ofStream.safeParse(json).data;
  if (message === undefined || message.streamSid !== streamId) return null;
  switch (message.event) {
    case "media":
      return {
        event: "media",
        payload: message.media.payload,
        timestampMs: Number(message.media.timestamp),
      };
    case "mark":
      return { event: "mark", name: message.mark.name };
    case "dtmf":
      return { event: "dtmf", key: message.dtmf.digit };
    case "stop":
      return { event: "stop" };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
