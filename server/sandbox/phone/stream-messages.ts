import { z } from "zod";

/** What a customer's server may send on a media socket; every other field or value is a protocol violation. */
const messageSchema = z.discriminatedUnion("event", [
  z.strictObject({
    event: z.literal("media"),
    streamSid: z.string(),
    media: z.strictObject({ payload: z.string() }),
  }),
  z.strictObject({
    event: z.literal("mark"),
    streamSid: z.string(),
    mark: z.strictObject({ name: z.string() }),
  }),
  z.strictObject({ event: z.literal("clear"), streamSid: z.string() }),
]);

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export type StreamCommand =
  | { readonly kind: "media"; readonly audio: Uint8Array }
  | { readonly kind: "mark"; readonly name: string }
  | { readonly kind: "clear" }
  /** 31951: not JSON, unknown event, missing or extra field, wrong streamSid, payload that is no base64. */
  | { readonly kind: "invalid" };

/** Reads one text message of the customer's server, as strictly as the phone network does. */
export function parseStreamMessage(text: string, streamSid: string): StreamCommand {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: "invalid" };
  }
  const parsed = messageSchema.safeParse(json);
  if (!parsed.success || parsed.data.streamSid !== streamSid) return { kind: "invalid" };
  const message = parsed.data;
  switch (message.event) {
    case "media":
      if (!BASE64.test(message.media.payload)) return { kind: "invalid" };
      return { kind: "media", audio: Buffer.from(message.media.payload, "base64") };
    case "mark":
      return { kind: "mark", name: message.mark.name };
    case "clear":
      return { kind: "clear" };
  }
}
