/** A piece of the agent's sound: the fields that are read of a `response.output_audio.delta`. */
export type AudioDelta = { response_id: string; item_id: string; delta: string };

/** A delta that was cut out of its frame, with the id of its event. */
export type SlicedDelta = AudioDelta & { event_id: string };

/**
 * A `response.output_audio.delta` in the service's own spelling: these keys in this order without spaces, ids of plain letters. The strict pattern is the
 * validation, so that some 3 KB of sound several times a second and call need no JSON.parse and no schema; anything else takes the slow way.
 */
const DELTA =
  /^\{"type":"response\.output_audio\.delta","event_id":"([\w-]{1,200})","response_id":"([\w-]{1,200})","item_id":"([\w-]{1,200})","output_index":\d{1,6},"content_index":\d{1,6},"delta":"([A-Za-z0-9+/]+={0,2})"(?:,"obfuscation":"\w*")?\}$/;
const BEGINNING = Buffer.from('{"type":"response.output_audio.delta"');

/** A piece of a string keeps all of it in memory; ids are kept much longer than the sound beside them. */
const copyOf = (id: string) => Buffer.from(id, "latin1").toString("latin1");

/** Cuts the sound out of one frame; null when it has to be parsed. Never throws. */
export function sliceAudioDelta(frame: Buffer): SlicedDelta | null {
  if (frame.length <= BEGINNING.length) return null;
  if (frame.compare(BEGINNING, 0, BEGINNING.length, 0, BEGINNING.length) !== 0) return null;
  const [, eventId, responseId, itemId, delta] = DELTA.exec(frame.toString("latin1")) ?? [];
  if (eventId === undefined || responseId === undefined || itemId === undefined || delta === undefined)
    return null;
  return { event_id: copyOf(eventId), response_id: copyOf(responseId), item_id: copyOf(itemId), delta };
}
