import type { PhoneCall, SessionWords } from "#e2e/support/sandbox.ts";
import type { CallEvent } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";

/** What happened this shortly before a server died may be lost with it: it was on its way. */
const GRACE_MS = 500;

/** A shorter sound is no word, whatever is recognised in it (the adapter's rule VO21). */
const NOISE_MS = 200;

/** What may still be learnt of a call that is over. */
const LATE_FACTS: ReadonlySet<string> = new Set(["cost.updated", "recording.ready"]);

/** One call as the phone network, the voice model and the product saw it. */
export type Witnesses = {
  phone: PhoneCall;
  /** The words that the voice model recognised, of every session that spoke in this call. */
  words: readonly SessionWords[];
  events: readonly CallEvent[];
  /** When the owner died: on the phone's own clock (ms of audio) and on the wall. */
  diedAt: { earMs: number; wallMs: number };
  /** When the phone was put down, on the wall. */
  putDownAtMs: number;
};

/** What is wrong with a call that was taken over by another server; empty when it is exact. */
export function faultsOf(call: Witnesses): string[] {
  return [
    ...numberFaults(call),
    ...phoneFaults(call),
    ...agentFaults(call),
    ...consumerFaults(call),
    ...toolFaults(call),
  ];
}

const unless = (holds: boolean, fault: string) => (holds ? [] : [fault]);

function numberFaults({ events }: Witnesses): string[] {
  const epochs = events.flatMap((event) =>
    event.type === "stream.opened" || event.type === "call.resumed" ? [event.epoch] : [],
  );
  const end = events.findIndex(({ type }) => type === "call.ended");
  const resumes = events.filter(({ type }) => type === "call.resumed").length;
  return [
    ...unless(
      events.every(({ seq }, index) => seq === index + 1),
      "the numbers of the journal have a hole or repeat",
    ),
    ...unless(resumes === 1, `it was resumed ${resumes} times`),
    ...unless(
      epochs.every((epoch, index) => index === 0 || epoch > (epochs[index - 1] ?? 0)),
      "an epoch did not grow",
    ),
    ...unless(
      events.slice(end + 1).every(({ type }) => LATE_FACTS.has(type)),
      "the journal goes on after the end",
    ),
  ];
}

function phoneFaults({ phone }: Witnesses): string[] {
  return [
    ...unless(phone.rings === 1, `the phone rang ${phone.rings} times`),
    ...unless(phone.streams.length === 2, `${phone.streams.length} streams`),
  ];
}

function agentFaults({ phone, events, diedAt }: Witnesses): string[] {
  const said = foldCall(events).transcript.filter(({ speaker }) => speaker === "agent");
  const whole = said.filter(({ interrupted }) => interrupted !== true).map(({ text }) => text);
  const heard = phone.heard.filter(({ complete }) => complete);
  const surely = heard.filter(
    ({ startedAtMs, endedAtMs }) => endedAtMs < diedAt.earMs - GRACE_MS || startedAtMs > diedAt.earMs,
  );
  const left = [...whole];
  const lost = surely.filter(({ text }) => !taken(left, text));
  const invented = left.filter((text) => !heard.some((one) => one.text === text));
  return [
    ...unless(
      lost.length === 0,
      `${lost.length} utterances of the agent were heard and are not in the journal`,
    ),
    ...unless(
      invented.length === 0,
      // The words are the sandbox's own; what the ear did get tells a lost frame from a lost utterance.
      `in the journal and not heard: ${JSON.stringify({ invented, ear: phone.heard, diedAt: diedAt.earMs })}`,
    ),
    ...unless(left.length <= 1, `${left.length} utterances of the agent are in the journal twice`),
  ];
}

/** Takes one equal text out of the list. */
function taken(list: string[], text: string): boolean {
  const at = list.indexOf(text);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}

function consumerFaults({ words, events, diedAt, putDownAtMs }: Witnesses): string[] {
  const kept = foldCall(events).transcript.filter(({ speaker }) => speaker === "consumer");
  const ids = new Set(kept.map(({ segmentId }) => segmentId));
  const lost = words.filter(({ itemId, text, atMs, soundMs, lost: sessionLost }) => {
    // Who puts the phone down waits for the words that are on their way.
    const surely = atMs < (sessionLost ? diedAt.wallMs - GRACE_MS : putDownAtMs);
    const isNoise = soundMs !== null && soundMs < NOISE_MS;
    if (!surely || isNoise) return false;
    return !kept.some((segment) => segment.segmentId === itemId && segment.text === text);
  });
  const lostWords = lost.map(({ text, atMs, soundMs, lost: sessionLost }) =>
    JSON.stringify({ text, msAfterDeath: Math.round(atMs - diedAt.wallMs), soundMs, sessionLost }),
  );
  return [
    ...unless(ids.size === kept.length, "words of the consumer are in the journal twice"),
    ...unless(lost.length === 0, `recognised and not in the journal: ${lostWords.join(", ")}`),
  ];
}

function toolFaults({ events }: Witnesses): string[] {
  const { tools } = foldCall(events);
  const done = tools.map(({ name, arguments: given }) => `${name} ${JSON.stringify(given)}`);
  return [
    ...unless(new Set(done).size === done.length, "a tool was run twice with the same arguments"),
    ...unless(
      tools.every(({ result }) => result !== null),
      "a tool was left without a result",
    ),
  ];
}
