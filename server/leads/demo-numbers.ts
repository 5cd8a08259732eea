import { DEMO_PHONE } from "#server/accounts/demo-people.ts";
import type { QuietHours } from "#server/compliance/quiet-hours.ts";
import { callablePlaces, DEMO_PLACES, numbersEndingIn, type DemoPlace } from "#server/leads/demo-places.ts";
import type { Clock } from "#server/lib/clock.ts";

export type DemoNumber = {
  e164: string;
  place: DemoPlace;
  /** Tells the number's person; the same after a restart. */
  personIndex: number;
};

export type DemoNumbers = {
  /** A number with this last digit that was not taken in the last 24 h, in a zone where calls are legal now. Null when none is left. */
  take(digit: number): DemoNumber | null;
};

const DAY_MS = 24 * 3_600_000;

/** Hands numbers out, going around the places. What was taken is kept in memory for a day: at most the 3,700 numbers of all places. */
export function createDemoNumbers(parts: {
  clock: Clock;
  quietHours: QuietHours;
  seed: number;
}): DemoNumbers {
  const { clock, quietHours, seed } = parts;
  const takenAtMs = new Map<string, number>();
  let turn = 0;

  return {
    take(digit) {
      const nowMs = clock.nowMs();
      for (const [e164, atMs] of takenAtMs) if (atMs <= nowMs - DAY_MS) takenAtMs.delete(e164);
      const places = callablePlaces(nowMs, quietHours).flatMap((equal) => startingAt(equal, turn));
      turn++;
      const [number] = places
        .values()
        .flatMap((place) => startingAt(candidates(place, digit), seed))
        .filter((candidate) => !takenAtMs.has(candidate.e164))
        .take(1);
      if (number === undefined) return null;
      takenAtMs.set(number.e164, nowMs);
      return number;
    },
  };
}

/** The number of the demo sign-in for consumers is left to whoever signs in. */
function candidates(place: DemoPlace, digit: number): DemoNumber[] {
  const numbers = numbersEndingIn(place, digit).filter((e164) => e164 !== DEMO_PHONE);
  return numbers.map((e164) => ({ e164, place, personIndex: personIndexOf(place, e164) }));
}

function personIndexOf(place: DemoPlace, e164: string): number {
  return DEMO_PLACES.indexOf(place) * 1000 + Number(e164.slice(place.prefix.length));
}

/** The list turned so that it starts at an index, counted around. */
function startingAt<Item>(list: readonly Item[], index: number): Item[] {
  const start = list.length === 0 ? 0 : index % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
