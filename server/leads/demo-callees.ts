import type { DemoTopicName } from "#server/leads/demo-topics.ts";

/** How a simulated callee behaves: the sandbox's phone network goes by the last digit of the number. */
export type DemoCallee =
  | "pleasant"
  | "interrupts"
  | "hurried"
  | "noAnswer"
  | "hangsUp"
  | "busy"
  | "voicemail"
  | "saysStop";

/** Callees who name their trouble asked for help with that; the others may have asked for anything. */
type CalleePlan = { callee: DemoCallee; topics: readonly DemoTopicName[] };

const ANYTHING = ["roof", "move"] as const;

/** Who answers a number that ends in 0, 1, … 9. */
export const CALLEES: readonly CalleePlan[] = [
  { callee: "pleasant", topics: ["leak"] },
  { callee: "pleasant", topics: ["boiler"] },
  { callee: "pleasant", topics: ["fuse"] },
  { callee: "interrupts", topics: ["garageDoor"] },
  { callee: "hurried", topics: ANYTHING },
  { callee: "noAnswer", topics: ANYTHING },
  { callee: "hangsUp", topics: ["coldFlat"] },
  { callee: "busy", topics: ANYTHING },
  { callee: "voicemail", topics: ANYTHING },
  { callee: "saysStop", topics: ANYTHING },
];

/** Whoever is left when the wanted callee has no number or no business. */
export const PLEASANT_DIGITS = [0, 1, 2];

/** Last digits in the order in which they are called: every second one is pleasant, and the first, so that a newcomer sees a whole talk. */
export const DIGIT_ORDER = [0, 3, 1, 4, 2, 6, 0, 5, 1, 8, 2, 3, 0, 7, 1, 9];

const FIRST_NAMES = (
  "Ada Amara Bettina Caleb Celia Dario Elena Emeka Farid Greta Hugo Imani Jonas Keiko Lars Leila Mateo Mina Nadia Oscar " +
  "Petra Quentin Ravi Rosalind Samir Signe Tariq Thea Ulrich Valentina Wendell Xenia Yusuf Zora"
).split(" ");
const LAST_NAMES = (
  "Abernathy Bellweather Calloway Dunmore Eastlake Fairbairn Granger Hollis Ironwood Jessup Kettering Lockhart Merriweather " +
  "Northcott Okafor Pemberton Quill Ravenel Silverthorne Tamsin Underhill Vasquez Winterbourne Yarrow Zeller"
).split(" ");

/** An invented name for each number: the same number is the same person after a restart. 34 and 25 share no factor, so 850 names come before one repeats. */
export function demoPerson(index: number): { email: string; name: string } {
  const first = FIRST_NAMES[index % FIRST_NAMES.length] ?? "Ada";
  const last = LAST_NAMES[index % LAST_NAMES.length] ?? "Hollis";
  return { email: `person-${index}@demo.test`, name: `${first} ${last}` };
}
